import { roll } from '../../../../src-core/architecture/roll'
import type { Architecture } from '../../../../src-core/architecture/schema'
import { unroll } from '../../../../src-core/architecture/unroll'
import { History } from './history.svelte'
import type { ItemKey } from './item-key'
import { layOut, placed } from './layout'
import { everything, existing, nothing, selected, type Selection } from './selection'

type View = 'rolled' | 'unrolled'

interface Snapshot {
  readonly document: Architecture
  /** The other view of the document while it is that one which is shown. */
  readonly other: Architecture | null
  readonly selection: Selection
}

interface Options {
  /** Told of the document after every edit, undo and redo. */
  readonly onchange?: (document: Architecture) => void
  /** Milliseconds, from any beginning. */
  readonly now?: () => number
}

/**
 * One architecture document while it is edited: which of its views is shown, what is selected, what was done to
 * it. Every edit is a step of the history; edits with the same group within a second are one step.
 */
export class EditedDocument {
  #now: Snapshot
  #onchange: ((document: Architecture) => void) | undefined
  #history: History<Snapshot>

  #drawn = $derived.by(() => this.#now.other ?? this.#now.document)
  #shown = $derived.by(() => placed(this.#drawn))

  constructor(document: Architecture, options: Options = {}) {
    this.#now = $state.raw({ document, other: null, selection: nothing })
    this.#onchange = options.onchange
    this.#history = new History(options.now ?? (() => performance.now()))
  }

  /** What is kept and trained. */
  get document(): Architecture {
    return this.#now.document
  }

  /** The document or its other view, every shape with a place. */
  get shown(): Architecture {
    return this.#shown
  }

  /** Whether boxes are shown, or columns. */
  get view(): View {
    return this.#shown.boxes.length > 0 ? 'rolled' : 'unrolled'
  }

  get selection(): Selection {
    return this.#now.selection
  }

  select(keys: Iterable<ItemKey>, how: 'replace' | 'add' | 'toggle' = 'replace'): void {
    const chosen = existing(selected(this.selection, keys, how), this.#shown)
    this.#now = { ...this.#now, selection: chosen }
  }

  selectAll(): void {
    this.select(everything(this.#shown))
  }

  /**
   * An edit of what is shown, which becomes the document. The same document given back is no edit.
   * @param group edits of one group within a second are undone together.
   */
  edit(label: string, change: (shown: Architecture) => Architecture, group: string | null = null): void {
    const before = this.#shown
    const document = change(before)
    if (document === before) return
    this.#history.note(label, this.#now, group)
    this.#now = { document, other: null, selection: existing(this.selection, document) }
    this.#onchange?.(document)
  }

  /**
   * Shows the other view of the document; the document stays what it is until the view is edited.
   * @throws UnrollError saying why the document has no such view.
   */
  toggleView(): void {
    const { document, other } = this.#now
    const next = other ? null : layOut(document.boxes.length > 0 ? unroll(document) : roll(document))
    const shown = placed(next ?? document)
    this.#now = { document, other: next, selection: existing(this.selection, shown) }
    this.#history.close()
  }

  get canUndo(): boolean {
    return this.undoLabel !== null
  }

  get canRedo(): boolean {
    return this.redoLabel !== null
  }

  /** What undoing takes back, as `Add circle`. */
  get undoLabel(): string | null {
    return this.#history.undoLabel
  }

  get redoLabel(): string | null {
    return this.#history.redoLabel
  }

  undo(): void {
    this.#restore(this.#history.undo(this.#now))
  }

  redo(): void {
    this.#restore(this.#history.redo(this.#now))
  }

  #restore(snapshot: Snapshot | null): void {
    if (!snapshot) return
    this.#now = snapshot
    this.#onchange?.(snapshot.document)
  }
}
