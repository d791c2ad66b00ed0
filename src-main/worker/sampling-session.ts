import type {
  OpenedWeights,
  OpenRequest,
  SamplingProcessCalls,
  SamplingProcessEvents,
} from '../../src-core/contract/sampling-process'
import type { MatrixEntry } from '../../src-core/contract/sampling'
import { Random } from '../../src-core/random/random'
import { CopyMatcher } from '../../src-core/sampling/copy-matcher'
import { Sampler } from '../../src-core/sampling/sampler'
import { encodePrime } from '../host/prime'
import { readRun } from '../store/run-folder'
import { CorpusTrees } from './corpus-trees'
import { inspectText, type Inspection } from './inspect-text'
import type { OpenedNetwork } from './opened-network'
import { OpenedNetworks } from './opened-networks'
import { Cancelled } from './turn-stepper'
import { Turns } from './turns'
import { TextCopies } from './text-copies'
import { writeText } from './write-text'

type CopiesRequest = Parameters<SamplingProcessCalls['copies']>[0]
type Copies = Awaited<ReturnType<SamplingProcessCalls['copies']>>

/** Writes with trained networks and looks into them, for as many requests at once as come. */
export class SamplingSession implements SamplingProcessCalls {
  readonly #networks = new OpenedNetworks(new Turns())
  /** What is being generated, by the request's id. */
  readonly #writing = new Map<number, AbortController>()
  readonly #trees = new CorpusTrees(() => this.#writing.size > 0)

  constructor(private readonly events: SamplingProcessEvents) {}

  open(request: OpenRequest): Promise<OpenedWeights> {
    return this.#networks.open(request)
  }

  async vocabulary(network: number): Promise<string[]> {
    const { vocabulary } = (await this.#networks.get(network)).trained
    return Array.from({ length: vocabulary.size }, (_, index) => (index === 0 ? '' : vocabulary.label(index)))
  }

  async generate(request: Parameters<SamplingProcessCalls['generate']>[0]): Promise<number> {
    const { id, prime, length, seed, options, novelty } = request
    const controller = new AbortController()
    this.#writing.set(id, controller)
    const { signal } = controller
    let written = 0
    try {
      const opened = await this.#networks.get(request.network)
      const { vocabulary } = opened.trained
      const tokens = encodePrime(vocabulary, prime)
      const sampler = new Sampler(options, vocabulary.size, Random.from(seed, 'sample'))
      const copies = novelty ? this.#copies(opened, tokens) : null
      await opened.withStepper({ inspect: false, signal }, (stepper) =>
        writeText(
          stepper,
          { prime: tokens, length, sampler, signal },
          {
            vocabulary,
            copies,
            send: (places) => {
              written += places.tokens.length
              this.events.written({ id, places })
            },
          },
        ),
      )
    } catch (error) {
      if (!(error instanceof Cancelled)) throw error
    } finally {
      this.#writing.delete(id)
    }
    return written
  }

  async cancel(id: number): Promise<void> {
    this.#writing.get(id)?.abort()
    return Promise.resolve()
  }

  async logits(
    network: number,
    text: string,
  ): Promise<{ logits: Float32Array<ArrayBuffer>; padding: number }> {
    const opened = await this.#networks.get(network)
    const tokens = encodePrime(opened.trained.vocabulary, text, 'text')
    return opened.withStepper({ inspect: false, signal: null }, async (stepper) => {
      const logits = Float32Array.from(await stepper.feed(tokens))
      return { logits, padding: stepper.padding }
    })
  }

  async inspect(
    network: number,
    text: string,
    { novelty, states }: { novelty: boolean; states: boolean },
  ): Promise<Inspection> {
    const opened = await this.#networks.get(network)
    const { vocabulary, network: described } = opened.trained
    const tokens = encodePrime(vocabulary, text, 'text')
    const { corpus, encodedCorpus } = opened.found
    const copies = novelty ? new CopyMatcher((await this.#trees.of(corpus, encodedCorpus)).tree) : undefined
    const circles = states ? described.inspected.map(({ shape }) => shape) : []
    return opened.withStepper({ inspect: states, signal: null }, (stepper) =>
      inspectText(stepper, { tokens, vocabulary, copies, circles }),
    )
  }

  async matrices(network: number): Promise<MatrixEntry[]> {
    return (await this.#networks.get(network)).matrices
  }

  async matrix(network: number, name: string): Promise<Float32Array<ArrayBuffer>> {
    return (await this.#networks.get(network)).matrix(name)
  }

  async copies({ run, prime, tokens }: CopiesRequest): Promise<Copies> {
    const { corpus, encodedCorpus } = await readRun(run)
    const { vocabulary, tree } = await this.#trees.of(corpus, encodedCorpus)
    const all = [...encodePrime(vocabulary, prime, 'text'), ...tokens]
    const matcher = new CopyMatcher(tree)
    const decoder = vocabulary.decoder()
    const texts = all.map((token) => decoder.write(token))
    const copied = new Int32Array(all.length)
    const positions = new Int32Array(all.length)
    for (const [at, token] of all.entries()) {
      copied[at] = matcher.advance(token)
      positions[at] = matcher.position ?? -1
    }
    return { texts, copied, positions }
  }

  /** What of a text is copied, as soon as that can be told: the text itself does not wait for it. */
  #copies({ found: { corpus, encodedCorpus } }: OpenedNetwork, prime: readonly number[]): TextCopies {
    return new TextCopies(prime, () => this.#trees.ready(corpus, encodedCorpus))
  }
}
