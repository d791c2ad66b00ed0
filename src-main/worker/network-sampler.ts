import type { Network } from '../../src-core/architecture/network'
import type { SampleRequest } from '../../src-core/contract/training'
import type { Vocabulary } from '../../src-core/corpus/vocabulary'
import type { Engine } from '../../src-core/graph/engine'
import { Random } from '../../src-core/random/random'
import { generate, type GenerateRequest } from '../../src-core/sampling/generate'
import { Sampler } from '../../src-core/sampling/sampler'
import { defaultSamplerOptions } from '../../src-core/sampling/sampler-options'
import { stepperOf, type Stepper } from '../../src-core/sampling/stepper'
import type { Plan } from '../../src-core/training/plan'
import { encodePrime } from '../host/prime'

/** Writes text with the network that is in training, as it stands between two steps. */
export class NetworkSampler {
  #stepper: Promise<Stepper> | null = null

  /** @param beginning of the corpus: the prime of a sample that is given none. */
  constructor(
    private readonly engine: Engine,
    private readonly network: Network,
    private readonly vocabulary: Vocabulary,
    private readonly beginning: ArrayLike<number> & Iterable<number>,
  ) {}

  /** The sample that a plan asks for, at once. */
  async whole({ prime, ...settings }: Plan['samples']): Promise<{ prime: string; text: string }> {
    const { length, temperature, seed } = settings
    // The beginning stays as it is: its bytes may end within a character, which no text could say.
    const tokens = prime === null ? this.beginning : encodePrime(this.vocabulary, prime)
    let text = ''
    for await (const piece of this.#write(tokens, { length, temperature, seed })) text += piece
    return { prime: prime ?? this.vocabulary.decode(this.beginning), text }
  }

  /**
   * The text as it comes, after the prime.
   * @throws UnrollError `unknown-characters`, `sampler-option`
   */
  pieces({ prime, ...settings }: Omit<SampleRequest, 'id'>): AsyncGenerator<string, void, void> {
    return this.#write(encodePrime(this.vocabulary, prime), settings)
  }

  #write(
    prime: ArrayLike<number>,
    { length, seed, ...options }: Omit<SampleRequest, 'id' | 'prime'>,
  ): AsyncGenerator<string, void, void> {
    const random = Random.from(seed, 'sample')
    const sampler = new Sampler({ ...defaultSamplerOptions, ...options }, this.vocabulary.size, random)
    return this.#generate({ prime, length, sampler })
  }

  async *#generate(request: GenerateRequest): AsyncGenerator<string, void, void> {
    this.#stepper ??= this.#compile()
    const decoder = this.vocabulary.decoder()
    for await (const { token } of generate(await this.#stepper, request)) yield decoder.write(token)
    yield decoder.end()
  }

  async #compile(): Promise<Stepper> {
    return stepperOf(await this.engine.compile(this.network.step(1)), this.network)
  }
}
