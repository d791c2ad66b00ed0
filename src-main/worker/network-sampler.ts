import type { Network } from '../../src-core/architecture/network'
import type { Vocabulary } from '../../src-core/corpus/vocabulary'
import type { Engine } from '../../src-core/graph/engine'
import { Random } from '../../src-core/random/random'
import { generate } from '../../src-core/sampling/generate'
import { Sampler } from '../../src-core/sampling/sampler'
import { defaultSamplerOptions } from '../../src-core/sampling/sampler-options'
import { stepperOf, type Stepper } from '../../src-core/sampling/stepper'
import type { Plan } from '../../src-core/training/plan'
import { encodePrime } from '../host/prime'

/** Writes the samples that a plan asks for, with the network that is in training, between two steps. */
export class NetworkSampler {
  #stepper: Promise<Stepper> | null = null

  /** @param beginning of the corpus: the prime of a sample that is given none. */
  constructor(
    private readonly engine: Engine,
    private readonly network: Network,
    private readonly vocabulary: Vocabulary,
    private readonly beginning: ArrayLike<number> & Iterable<number>,
  ) {}

  async whole({ prime, ...settings }: Plan['samples']): Promise<{ prime: string; text: string }> {
    const { length, temperature, seed } = settings
    // The beginning stays as it is: its bytes may end within a character, which no text could say.
    const tokens = prime === null ? this.beginning : encodePrime(this.vocabulary, prime)
    let text = ''
    const random = Random.from(seed, 'sample')
    const sampler = new Sampler({ ...defaultSamplerOptions, temperature }, this.vocabulary.size, random)
    this.#stepper ??= this.#compile()
    const decoder = this.vocabulary.decoder()
    for await (const { token } of generate(await this.#stepper, { prime: tokens, length, sampler })) {
      text += decoder.write(token)
    }
    text += decoder.end()
    return { prime: prime ?? this.vocabulary.decode(this.beginning), text }
  }

  async #compile(): Promise<Stepper> {
    return stepperOf(await this.engine.compile(this.network.step(1)), this.network)
  }
}
