/** How long edits of one group are one step, in milliseconds. */
const GROUPED = 1000
/** Steps that are kept. Snapshots share what did not change, so that they are small. */
const KEPT = 500

interface Step<Snapshot> {
  readonly label: string
  readonly group: string | null
  readonly at: number
  /** What is gone back to: before the step of those that can be undone, after it of those that can be redone. */
  readonly snapshot: Snapshot
}

/** What can be undone and done again, as snapshots of what is edited. */
export class History<Snapshot> {
  #past = $state.raw<readonly Step<Snapshot>[]>([])
  #future = $state.raw<readonly Step<Snapshot>[]>([])
  /** Whether the last step still takes in edits of its group. */
  #open = false

  /** @param now milliseconds, from any beginning. */
  constructor(private readonly now: () => number) {}

  get undoLabel(): string | null {
    return this.#past.at(-1)?.label ?? null
  }

  get redoLabel(): string | null {
    return this.#future.at(-1)?.label ?? null
  }

  /**
   * Notes an edit. It joins the step before where that is of the same group and not more than a second ago.
   * @param before what undoing it goes back to.
   */
  note(label: string, before: Snapshot, group: string | null): void {
    const at = this.now()
    const last = this.#past.at(-1)
    if (last && this.#open && group !== null && last.group === group && at - last.at <= GROUPED) {
      this.#past = [...this.#past.slice(0, -1), { ...last, at }]
    } else {
      this.#past = [...this.#past, { label, group, at, snapshot: before }].slice(-KEPT)
    }
    this.#open = true
    this.#future = []
  }

  /** Ends the group of the last edit: what follows is a step of its own. */
  close(): void {
    this.#open = false
  }

  /** What to go back to, or null. */
  undo(current: Snapshot): Snapshot | null {
    const step = this.#past.at(-1)
    if (!step) return null
    this.#past = this.#past.slice(0, -1)
    this.#future = [...this.#future, { ...step, snapshot: current }]
    this.#open = false
    return step.snapshot
  }

  redo(current: Snapshot): Snapshot | null {
    const step = this.#future.at(-1)
    if (!step) return null
    this.#future = this.#future.slice(0, -1)
    this.#past = [...this.#past, { ...step, snapshot: current }]
    this.#open = false
    return step.snapshot
  }
}
