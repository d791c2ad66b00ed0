import { checkArchitecture } from '../../../../src-core/architecture/check'
import { readDiagram } from '../../../../src-core/architecture/diagram'
import type { Problem } from '../../../../src-core/architecture/problem'
import { roll } from '../../../../src-core/architecture/roll'
import type { Architecture, Arrow, Box, Color, Shape } from '../../../../src-core/architecture/schema'
import { type Size, widthOf } from '../../../../src-core/architecture/sizes'
import { unroll } from '../../../../src-core/architecture/unroll'
import { UnrollError } from '../../../../src-core/errors'
import { alignShapes, moveShapes, shapesOf } from './arrange'
import { addArrow, connectionProblem, setArrow } from './arrows'
import { addBox, putIntoBox, setBox } from './boxes'
import { copyItems, pasteItems } from './clipboard'
import { addColor, freshColor, removeColor, setColor } from './colors'
import type { Area, Point } from './geometry'
import { History } from './history.svelte'
import { huesOf } from './hues'
import { arrowKey, boxKey, type ItemKey, shapeKey } from './item-key'
import { layOut, placed } from './layout'
import { legendOf } from './legend'
import { removeItems } from './removal'
import { type Named, rename } from './rename'
import {
  everything,
  existing,
  nothing,
  problemsByKey,
  renamedKey,
  selected,
  type Selection,
  shapesWithin,
} from './selection'
import { addShape, setShape } from './shapes'

export type Tool = 'select' | Shape['kind'] | 'box' | 'arrow'
export type View = 'rolled' | 'unrolled'

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
 * One architecture document while it is edited: what is shown of it, what is selected, what was done to it.
 * Every edit is a step of the history; edits with the same group within a second are one step.
 */
export class ArchitectureEditor {
  tool: Tool = $state('select')
  /** The vocabulary's size with the padding's index; `V` while no corpus is chosen. */
  vocabulary: Size = $state('V')
  /** Rows of a batch, shown in sizes. */
  batch: number = $state(64)

  #now: Snapshot = $state.raw({ document: emptyDocument, other: null, selection: nothing })
  #color: string | null = $state(null)
  #onchange: ((document: Architecture) => void) | undefined
  #history: History<Snapshot>

  #shown = $derived(placed(this.#now.other ?? this.#now.document))
  // Parts that keep their identity while shapes are only moved, so that what follows is not worked out again.
  #shapes = $derived(this.#shown.shapes)
  #arrows = $derived(this.#shown.arrows)
  #boxes = $derived(this.#shown.boxes)
  #colors = $derived(this.#shown.colors)
  #diagram = $derived(
    readDiagram({
      ...emptyDocument,
      shapes: this.#shapes,
      arrows: this.#arrows,
      boxes: this.#boxes,
      colors: this.#colors,
    }),
  )
  #problems = $derived(checkArchitecture(this.#diagram.document, this.vocabulary))
  #legend = $derived(legendOf(this.#diagram, this.vocabulary))
  #hues = $derived(huesOf({ colors: this.#colors }))
  #problemsByKey = $derived(problemsByKey(this.#problems))

  constructor(document: Architecture, options: Options = {}) {
    this.#now = { document, other: null, selection: nothing }
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

  get problems(): readonly Problem[] {
    return this.#problems
  }

  problemsOf(key: ItemKey): readonly Problem[] {
    return this.#problemsByKey.get(key) ?? []
  }

  /** The colours with what they connect, their sizes and parameters. */
  get legend() {
    return this.#legend
  }

  get hues() {
    return this.#hues
  }

  /** The width of a shape's matrix; null where a reference is missing. */
  widthOf(shape: string): Size | null {
    const found = this.#diagram.shapes.get(shape)
    return found ? widthOf(this.#diagram, found, this.vocabulary) : null
  }

  get selection(): Selection {
    return this.#now.selection
  }

  select(keys: Iterable<ItemKey>, how: 'replace' | 'add' | 'toggle' = 'replace'): void {
    this.#select(selected(this.selection, keys, how))
  }

  selectAll(): void {
    this.#select(everything(this.#shown))
  }

  /** The colour that the next arrow takes; null for one of its own. */
  get color(): string | null {
    return this.#colors.some(({ id }) => id === this.#color) ? this.#color : null
  }

  set color(id: string | null) {
    this.#color = id
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

  /** @returns the new shape's id; it is selected. */
  addShape(kind: Shape['kind'], at: Point, box: string | null = null): string {
    return this.#make(`Add ${kind}`, (shown) => addShape(shown, kind, at, box), shapeKey)
  }

  /** Why no arrow can be drawn there, or null. */
  connectionProblem(from: string, to: string): string | null {
    return connectionProblem(this.#shown, from, to)
  }

  /**
   * @returns the new arrow's id; it is selected. It takes the current colour.
   * @throws UnrollError `no-connection`
   */
  addArrow(from: string, to: string): string {
    const reason = this.connectionProblem(from, to)
    if (reason !== null) throw new UnrollError('no-connection', reason, 'Draw the arrow elsewhere.')
    return this.#make('Add arrow', (shown) => addArrow(shown, from, to, this.color), arrowKey)
  }

  /**
   * @param around the ids of shapes, or an area that holds their middles.
   * @returns the new box's id; it is selected.
   * @throws UnrollError `box-empty`
   */
  addBox(around: Iterable<string> | Area): string {
    const shown = this.#shown
    const inside = Symbol.iterator in around ? [...around] : shapesWithin(shown, around)
    if (inside.length === 0) {
      throw new UnrollError(
        'box-empty',
        'A box holds shapes, and there is none in what was drawn.',
        'Draw it around the shapes that are repeated.',
      )
    }
    return this.#make('Add box', (document) => addBox(document, inside), boxKey)
  }

  /** Moves shapes, and boxes with all that is in them. */
  move(keys: Iterable<ItemKey>, delta: Point, group = 'move'): void {
    this.edit('Move', (shown) => moveShapes(shown, shapesOf(shown, keys), delta), group)
  }

  /** Into a box, or with null out of any; `move` does not do so by itself. */
  putIntoBox(shapes: Iterable<string>, box: string | null, group: string | null = null): void {
    const label = box === null ? 'Take out of the box' : 'Put into the box'
    this.edit(label, (shown) => putIntoBox(shown, shapes, box), group)
  }

  remove(keys: Iterable<ItemKey> = this.selection): void {
    this.edit('Delete', (shown) => removeItems(shown, keys))
  }

  /** The selection as JSON for the clipboard, or null where no shape is selected. */
  copy(): string | null {
    return copyItems(this.#shown, this.selection)
  }

  /** @returns what `copy` does. */
  cut(): string | null {
    const text = this.copy()
    if (text !== null) this.edit('Cut', (shown) => removeItems(shown, this.selection))
    return text
  }

  /**
   * @param at where the middle of it goes.
   * @throws UnrollError `not-a-diagram-part`
   */
  paste(text: string, at: Point | null = null): void {
    this.#insert('Paste', text, at)
  }

  duplicate(): void {
    const text = this.copy()
    if (text !== null) this.#insert('Duplicate', text, null)
  }

  align(into: 'row' | 'column'): void {
    this.edit(`Align as ${into}`, (shown) => alignShapes(shown, shapesOf(shown, this.selection), into))
  }

  layout(): void {
    this.edit('Lay out', layOut)
  }

  setShape(shape: Shape, group: string | null = null): void {
    this.edit(`Change ${shape.kind}`, (shown) => setShape(shown, shape), group)
  }

  setArrow(arrow: Arrow, group: string | null = null): void {
    this.edit('Change arrow', (shown) => setArrow(shown, arrow), group)
  }

  setBox(box: Box, group: string | null = null): void {
    this.edit('Change box', (shown) => setBox(shown, box), group)
  }

  setColor(color: Color, group: string | null = null): void {
    this.edit('Change weights', (shown) => setColor(shown, color), group)
  }

  setHeader(
    header: { readonly name?: string; readonly description?: string },
    group: string | null = null,
  ): void {
    this.edit('Change document', (shown) => ({ ...shown, ...header }), group)
  }

  /** @returns the id of new weights in the next free letter, dash and hue. */
  addColor(): string {
    const color = freshColor(this.#shown)
    this.edit('Add weights', (shown) => addColor(shown, color))
    return color.id
  }

  /** Takes away weights that nothing uses. */
  removeColor(id: string): void {
    this.edit('Delete weights', (shown) => removeColor(shown, id))
  }

  /** @throws UnrollError `id-taken` */
  rename(named: Named, next: string): void {
    const { kind, id } = named
    const { selection } = this
    this.edit('Rename', (shown) => rename(shown, named, next))
    if (kind === 'color') {
      if (this.#color === id) this.#color = next
    } else this.#select(renamedKey(selection, `${kind}:${id}`, next))
  }

  /**
   * Shows the other view of the document; the document stays what it is until the view is edited.
   * @throws UnrollError saying why the document has no such view.
   */
  toggleView(): void {
    const { document, other } = this.#now
    let next: Architecture | null = null
    if (!other) {
      next = layOut(document.boxes.length > 0 ? unroll(document) : roll(document))
    }
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

  #select(keys: Selection): void {
    this.#now = { ...this.#now, selection: existing(keys, this.#shown) }
  }

  #restore(snapshot: Snapshot | null): void {
    if (!snapshot) return
    this.#now = snapshot
    this.#onchange?.(snapshot.document)
  }

  #insert(label: string, text: string, at: Point | null): void {
    const pasted = pasteItems(this.#shown, text, at)
    this.edit(label, () => pasted.document)
    this.select(pasted.keys)
  }

  #make(
    label: string,
    make: (shown: Architecture) => { readonly document: Architecture; readonly id: string },
    key: (id: string) => ItemKey,
  ): string {
    const made = make(this.#shown)
    this.edit(label, () => made.document)
    this.select([key(made.id)])
    return made.id
  }
}

const emptyDocument: Architecture = {
  format: 'unroll/architecture',
  version: 1,
  name: 'untitled',
  description: '',
  colors: [],
  shapes: [],
  arrows: [],
  boxes: [],
  layout: {},
}
