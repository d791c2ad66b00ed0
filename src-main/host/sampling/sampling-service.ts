import { errorData } from '../../../src-core/contract/error-data'
import type { HostCalls, HostEvents } from '../../../src-core/contract/host'
import type { WeightsSource, WrittenPlaces } from '../../../src-core/contract/sampling'
import type { OpenedWeights } from '../../../src-core/contract/sampling-process'
import { UnrollError } from '../../../src-core/errors'
import type { TrainingProcess } from '../training-process'
import type { OpenSamplingProcess, SamplingProcess } from './sampling-process'

type SamplingCalls = HostCalls['sampling']

export interface SamplingServiceParts {
  /** Shared by all pages. */
  readonly process: SamplingProcess
  readonly runs: {
    /** The run's folder. @throws UnrollError where there is no such run */
    folder(run: string): string
    /** The run's training process; null while it does not train. */
    live(run: string): TrainingProcess | null
  }
  readonly tasks: {
    /** Has `cancel` called where somebody cancels the task. @returns what to call when it has ended. */
    onCancel(task: string, cancel: () => void): () => void
  }
  /** Of the page. */
  readonly events: Pick<HostEvents['sampling'], 'written'>
}

/** A snapshot that was opened in a process, and where the training stood when it was asked for. */
interface OpenedSnapshot extends OpenedWeights {
  readonly process: OpenSamplingProcess
  readonly training: TrainingProcess
  readonly standing: string
}

/** What one page asks of trained networks. */
export class SamplingService implements SamplingCalls {
  /** The last snapshot of each run. */
  readonly #snapshots = new Map<string, OpenedSnapshot>()
  /** Of what is being generated. */
  readonly #cancels = new Set<() => void>()

  constructor(private readonly parts: SamplingServiceParts) {}

  async vocabulary(weights: WeightsSource): Promise<Awaited<ReturnType<SamplingCalls['vocabulary']>>> {
    return this.#with(weights, async ({ calls }, { network, step }) => {
      return { texts: await calls.vocabulary(network), step }
    })
  }

  async generate({
    task,
    weights,
    ...request
  }: Parameters<SamplingCalls['generate']>[0]): Promise<{ step: number; written: number }> {
    const { tasks, events } = this.parts
    let stop: () => void = () => undefined
    let cancelled = false
    const cancel = () => {
      cancelled = true
      stop()
    }
    this.#cancels.add(cancel)
    const ended = tasks.onCancel(task, cancel)
    let last: WrittenPlaces | null = null
    try {
      return await this.#with(weights, async (process, { network, step }) => {
        if (cancelled) return { step, written: 0 }
        const writing = process.generate({ ...request, network }, (places) => {
          last = places
          events.written({ task, places, error: null })
        })
        stop = () => writing.cancel()
        return { step, written: await writing.done }
      })
    } catch (error) {
      // Also for who only listens: why the text ends here.
      if (last) events.written({ task, places: nothingOf(last), error: errorData(error, UNEXPECTED) })
      throw error
    } finally {
      ended()
      this.#cancels.delete(cancel)
    }
  }

  /** Ends what is still being written for the page, which is gone. */
  close(): void {
    for (const cancel of this.#cancels) cancel()
  }

  async logits(weights: WeightsSource, text: string): Promise<Awaited<ReturnType<SamplingCalls['logits']>>> {
    return this.#with(weights, ({ calls }, { network }) => calls.logits(network, text))
  }

  async inspect(
    weights: WeightsSource,
    text: string,
    options: { novelty: boolean; states: boolean },
  ): Promise<Awaited<ReturnType<SamplingCalls['inspect']>>> {
    return this.#with(weights, async ({ calls }, { network, step }) => {
      return { step, ...(await calls.inspect(network, text, options)) }
    })
  }

  async copies(
    run: string,
    text: { prime: string; tokens: Int32Array<ArrayBuffer> },
  ): Promise<Awaited<ReturnType<SamplingCalls['copies']>>> {
    const folder = this.parts.runs.folder(run)
    return this.parts.process.use(({ calls }) => calls.copies({ run: folder, ...text }))
  }

  async matrices(weights: WeightsSource): Promise<Awaited<ReturnType<SamplingCalls['matrices']>>> {
    return this.#with(weights, ({ calls }, { network }) => calls.matrices(network))
  }

  async matrix(weights: WeightsSource, name: string): Promise<Awaited<ReturnType<SamplingCalls['matrix']>>> {
    return this.#with(weights, ({ calls }, { network }) => calls.matrix(network, name))
  }

  /** Has something asked of the weights; once more where they were closed for others in the meantime. */
  #with<Result>(
    weights: WeightsSource,
    ask: (process: OpenSamplingProcess, opened: OpenedWeights) => Promise<Result>,
  ): Promise<Result> {
    return this.parts.process.use(async (process) => {
      try {
        return await ask(process, await this.#open(process, weights))
      } catch (error) {
        if (!(error instanceof UnrollError) || error.code !== 'network-not-open') throw error
        this.#snapshots.delete(weights.run)
        return ask(process, await this.#open(process, weights))
      }
    })
  }

  async #open(process: OpenSamplingProcess, { run, checkpoint }: WeightsSource): Promise<OpenedWeights> {
    const folder = this.parts.runs.folder(run)
    if (checkpoint !== 'live') {
      return process.calls.open({ run: folder, weights: { kind: 'checkpoint', step: checkpoint } })
    }
    const live = await this.#openLive(process, run, folder)
    return live ?? process.calls.open({ run: folder, weights: { kind: 'checkpoint', step: null } })
  }

  /** Null where nothing trains, or no longer: then the newest checkpoint is what there is. */
  async #openLive(process: OpenSamplingProcess, run: string, folder: string): Promise<OpenedWeights | null> {
    const training = this.parts.runs.live(run)
    if (!training) return null
    const { standing } = training
    const known = this.#snapshots.get(run)
    if (known?.process === process && known.training === training && known.standing === standing) {
      return known
    }
    const bytes = await training.snapshot().catch(() => null)
    if (!bytes) return null
    const opened = await process.calls.open({ run: folder, weights: { kind: 'snapshot', bytes } })
    this.#snapshots.set(run, { ...opened, process, training, standing })
    return opened
  }
}

const UNEXPECTED = {
  code: 'sampling-failed',
  message: 'The text could not be written on',
  wayOut: 'Generate again.',
}

/** No places, of the kind that these are. */
function nothingOf({ copied, positions }: WrittenPlaces): WrittenPlaces {
  return {
    texts: [],
    tokens: new Int32Array(0),
    likeliest: new Int32Array(0),
    probabilities: new Float32Array(0),
    surprises: new Float32Array(0),
    copied: copied && new Int32Array(0),
    positions: positions && new Int32Array(0),
  }
}
