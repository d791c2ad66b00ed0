import type { HostCalls } from '../../src-core/contract/host'
import type { TaskProgress } from '../../src-core/contract/tasks'

/** Something long that is under way. */
export interface Task {
  readonly id: string
  readonly label: string
  readonly stage: string
  /** 0 to 1; null where it is not known. */
  readonly share: number | null
  readonly cancelled: boolean
}

/** All that takes long, with how far it is. */
export class Tasks {
  #list: readonly Task[] = $state.raw([])

  constructor(private readonly host: Pick<HostCalls['tasks'], 'cancel'>) {}

  get list(): readonly Task[] {
    return this.#list
  }

  /**
   * Shows progress while something runs.
   * @param work is given the task's id for the host, which then reports and can be cancelled.
   */
  async run<Result>(label: string, work: (task: string) => Promise<Result>): Promise<Result> {
    const id = freshTask()
    this.#list = [...this.#list, { id, label, stage: '', share: null, cancelled: false }]
    try {
      return await work(id)
    } finally {
      this.#list = this.#list.filter((task) => task.id !== id)
    }
  }

  /** By the host or, for what the page does itself, by the page. */
  progress({ task: id, stage, done, total }: TaskProgress): void {
    const share = total > 0 ? Math.min(1, done / total) : null
    this.#change(id, { stage, share })
  }

  cancel(id: string): void {
    this.#change(id, { cancelled: true })
    void this.host.cancel(id).catch(() => undefined)
  }

  /** For what the page itself does for a task, part by part. */
  isCancelled(id: string): boolean {
    return this.#list.some((task) => task.id === id && task.cancelled)
  }

  #change(id: string, change: Partial<Task>): void {
    this.#list = this.#list.map((task) => (task.id === id ? { ...task, ...change } : task))
  }
}

/** A name that no other page has chosen. */
export function freshTask(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(3)), (part) => part.toString(36)).join('-')
}
