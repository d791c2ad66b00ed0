import type { HostCalls } from '../../src-core/contract/host'
import type { TaskProgress } from '../../src-core/contract/tasks'
import { UnrollError } from '../../src-core/errors'
import type { Watched } from '../store/corpora-files'
import type { Pages } from './pages'

/** Least time between two reports of one stage, in milliseconds. */
const INTERVAL = 100

/** What is long enough to be watched and cancelled. */
export class TasksService {
  readonly #cancels = new Map<string, Set<() => void>>()

  constructor(private readonly pages: Pages) {}

  /** For pages. */
  readonly calls: HostCalls['tasks'] = {
    cancel: async (task) => {
      for (const cancel of this.#cancels.get(task) ?? []) cancel()
    },
  }

  /** Has `cancel` called where somebody cancels the task. @returns what to call when it has ended. */
  onCancel(task: string, cancel: () => void): () => void {
    const cancels = this.#cancels.get(task) ?? new Set()
    cancels.add(cancel)
    this.#cancels.set(task, cancels)
    return () => {
      cancels.delete(cancel)
      if (cancels.size === 0 && this.#cancels.get(task) === cancels) this.#cancels.delete(task)
    }
  }

  /** @throws UnrollError `cancelled`, and what `work` throws */
  async run<Result>(task: string, work: (watched: Required<Watched>) => Promise<Result>): Promise<Result> {
    const controller = new AbortController()
    const ended = this.onCancel(task, () => controller.abort())
    try {
      return await work({ signal: controller.signal, onProgress: this.#reporter(task) })
    } catch (error) {
      if (controller.signal.aborted) {
        throw new UnrollError('cancelled', 'This was cancelled.', 'Start it again when you like.')
      }
      throw error
    } finally {
      ended()
    }
  }

  #reporter(task: string): Required<Watched>['onProgress'] {
    let stage = ''
    let toldAt = 0
    return (progress) => {
      const now = performance.now()
      if (progress.stage === stage && now - toldAt < INTERVAL) return
      stage = progress.stage
      toldAt = now
      const told: TaskProgress = { task, ...progress }
      this.pages.tell((events) => events.tasks.progress(told))
    }
  }
}
