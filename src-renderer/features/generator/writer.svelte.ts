import type { ErrorData } from '../../../src-core/contract/error-data'
import type { HostCalls } from '../../../src-core/contract/host'
import type { WeightsSource, WrittenPlaces } from '../../../src-core/contract/sampling'
import { UnrollError } from '../../../src-core/errors'
import { freshTask } from '../../state/tasks.svelte'
import { samplingOptions, type GeneratorSettings } from './settings'
import { TextHistory } from './text-history.svelte'
import { placesOf, textOf, type Place, type Writing } from './writing'

/** What the writer needs of the page around it. */
export interface WriterHost {
  readonly sampling: Pick<HostCalls['sampling'], 'generate'>
  readonly tasks: Pick<HostCalls['tasks'], 'cancel'>
  /** Hears what a task writes, until the function returned is called. */
  onWritten(task: string, listener: (places: WrittenPlaces, error: ErrorData | null) => void): () => void
}

/** Has a network write: one text at a time, which grows as it comes and can be stopped anywhere. */
export class Writer {
  readonly history = new TextHistory()
  #task = $state<string | null>(null)
  #error = $state.raw<unknown>(null)
  #step = $state<number | null>(null)

  constructor(private readonly host: WriterHost) {}

  get isWriting(): boolean {
    return this.#task !== null
  }

  /** What went wrong last; null where nothing did. */
  get error(): unknown {
    return this.#error
  }

  /** Of the weights that wrote last. */
  get step(): number | null {
    return this.#step
  }

  /** A new text from the settings' prime. */
  async generate(weights: WeightsSource, settings: GeneratorSettings): Promise<void> {
    await this.#write(weights, settings, settings.prime, [])
  }

  /** Goes on behind the text that is there. */
  async continue(weights: WeightsSource, settings: GeneratorSettings): Promise<void> {
    const { prime, places } = this.history.current
    // Another seed with each length, so that going on twice is not the same as going on once.
    const seed = settings.seed + places.length
    await this.#write(weights, { ...settings, seed }, prime, places)
  }

  /** Goes on from the last of these places, whatever stood behind it. */
  async goOnFrom(
    weights: WeightsSource,
    settings: GeneratorSettings,
    { prime, places }: Writing,
  ): Promise<void> {
    await this.#write(weights, settings, prime, places)
  }

  stop(): void {
    const task = this.#task
    if (task === null) return
    this.#task = null
    this.host.tasks.cancel(task).catch(() => undefined)
  }

  async #write(
    weights: WeightsSource,
    settings: GeneratorSettings,
    prime: string,
    before: readonly Place[],
  ): Promise<void> {
    this.stop()
    const task = freshTask()
    this.#task = task
    this.#error = null
    const { run } = weights
    this.history.push({ prime, places: before, run })
    const unlisten = this.host.onWritten(task, (written, error) => {
      // What was stopped may still have a last word.
      if (this.#task !== task) return
      const { places } = this.history.current
      this.history.replace({ prime, places: [...places, ...placesOf(written)], run })
      if (error) this.#error = new UnrollError(error.code, error.message, error.wayOut)
    })
    try {
      const { seed, length, novelty } = settings
      const whole = textOf({ prime, places: before })
      const options = samplingOptions(settings)
      const { step } = await this.host.sampling.generate({
        task,
        weights,
        prime: whole,
        length,
        seed,
        options,
        novelty,
      })
      this.#step = step
    } catch (error) {
      if (this.#task === task) this.#error = error
    } finally {
      unlisten()
      if (this.#task === task) this.#task = null
    }
  }
}
