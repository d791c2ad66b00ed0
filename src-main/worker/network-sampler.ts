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
    private readonly beginning: string,
  ) {}

  /** The sample that a plan asks for, at once. */
  async whole({
    prime,
    length,
    temperature,
    seed,
  }: Plan['samples']): Promise<{ prime: string; text: string }> {
    const begun = prime ?? this.beginning
    let text = ''
    for await (const piece of this.pieces({ prime: begun, length, temperature, seed })) text += piece
    return { prime: begun, text }
  }

  /**
   * The text as it comes, after the prime.
   * @throws UnrollError `unknown-characters`, `sampler-option`
   */
  pieces(request: Omit<SampleRequest, 'id'>): AsyncGenerator<string, void, void> {
    const { prime, length, seed, ...options } = request
    const random = Random.from(seed, 'sample')
    const sampler = new Sampler({ ...defaultSamplerOptions, ...options }, this.vocabulary.size, random)
    return this.#write({ prime: encodePrime(this.vocabulary, prime), length, sampler })
  }

  async *#write(request: GenerateRequest): AsyncGenerator<string, void, void> {
    this.#stepper ??= this.#compile()
    const decoder = this.vocabulary.decoder()
    for await (const { token } of generate(await this.#stepper, request)) yield decoder.write(token)
    yield decoder.end()
  }

  async #compile(): Promise<Stepper> {
    return stepperOf(await this.engine.compile(this.network.step(1)), this.network)
  }
}
