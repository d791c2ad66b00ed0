import { z } from 'zod'
import type { HostCalls } from '../../../src-core/contract/host'
import type { WeightsSource } from '../../../src-core/contract/sampling'
import { expectationRows } from './expectations'

const VIEWS = ['text', 'weights', 'embedding'] as const

export const inspectorSchema = z.object({
  text: z.string().max(2000).catch('the will to po'),
  view: z.enum(VIEWS).catch('text'),
})
type Inspected = Awaited<ReturnType<HostCalls['sampling']['inspect']>>

/** How long to wait for more typing before the network is asked, in milliseconds. */
const PAUSE = 250

/** What a network makes of a text. */
export class Inspector {
  #inspected = $state.raw<Inspected | null>(null)
  #vocabulary = $state.raw<readonly string[]>([])
  #step = $state(0)
  #error = $state.raw<unknown>(null)
  #isAsking = $state(false)
  /** Counts what is asked for, so that a late answer to an old question is left out. */
  #asked = 0
  readonly rows = $derived(this.#inspected ? expectationRows(this.#inspected) : [])

  constructor(private readonly sampling: Pick<HostCalls['sampling'], 'vocabulary' | 'inspect'>) {}

  get states(): Inspected['states'] {
    return this.#inspected?.states ?? []
  }

  /** [n] */
  get texts(): readonly string[] {
    return this.#inspected?.places.texts ?? []
  }

  /** [V] */
  get vocabulary(): readonly string[] {
    return this.#vocabulary
  }

  /** Of the weights that were asked last. */
  get step(): number {
    return this.#step
  }

  get error(): unknown {
    return this.#error
  }

  get isAsking(): boolean {
    return this.#isAsking
  }

  /** Asks once nothing has changed for a moment. What is shown stays until the answer is there. */
  async look(weights: WeightsSource | null, text: string): Promise<void> {
    const asked = ++this.#asked
    this.#error = null
    if (weights === null || text === '') this.#inspected = null
    if (weights === null) return
    await new Promise((resolve) => setTimeout(resolve, PAUSE))
    if (asked !== this.#asked) return
    this.#isAsking = true
    const { sampling } = this
    try {
      const { texts, step } = await sampling.vocabulary(weights)
      if (asked !== this.#asked) return
      this.#vocabulary = texts
      this.#step = step
      if (text === '') return
      const inspected = await sampling.inspect(weights, text, { novelty: false, states: true })
      if (asked !== this.#asked) return
      this.#inspected = inspected
      this.#step = inspected.step
    } catch (error) {
      if (asked !== this.#asked) return
      // What was found of another text would be taken for that of this one.
      this.#inspected = null
      this.#error = error
    } finally {
      if (asked === this.#asked) this.#isAsking = false
    }
  }
}
