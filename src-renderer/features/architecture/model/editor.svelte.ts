import type { Problem } from '../../../../src-core/architecture/problem'
import type { Architecture, Arrow, Box, Color, Shape } from '../../../../src-core/architecture/schema'
import type { Size } from '../../../../src-core/architecture/sizes'
import { UnrollError } from '../../../../src-core/errors'
import { alignShapes, moveShapes, shapesOf } from './arrange'
import { addArrow, connectionProblem, setArrow } from './arrows'
import { addBox, putIntoBox, setBox } from './boxes'
import { copyItems, pasteItems } from './clipboard'
import { addColor, freshColor, removeColor, setColor } from './colors'
import { EditedDocument } from './edited-document.svelte'
import type { Area, Point } from './geometry'
import { arrowKey, boxKey, type ItemKey, shapeKey } from './item-key'
import { layOut } from './layout'
import { DiagramReading } from './reading.svelte'
import { removeItems } from './removal'
import { type Named, rename } from './rename'
import { renamedKey, shapesWithin } from './selection'
import { addShape, setShape } from './shapes'

export type Tool = 'select' | Shape['kind'] | 'box' | 'arrow'

/** All that a person can do to one architecture document, and what is known of it meanwhile. */
export class ArchitectureEditor extends EditedDocument {
  tool: Tool = $state('select')
  /** Rows of a batch, shown in sizes. */
  batch: number = $state(64)

  #color: string | null = $state(null)
  readonly #reading = new DiagramReading(() => this.shown)

  /** The vocabulary's size with the padding's index; `V` while no corpus is chosen. */
  get vocabulary(): Size {
    return this.#reading.vocabulary
  }

  set vocabulary(size: Size) {
    this.#reading.vocabulary = size
  }

  get problems(): readonly Problem[] {
    return this.#reading.problems
  }

  problemsOf(key: ItemKey): readonly Problem[] {
    return this.#reading.problemsOf(key)
  }

  /** The colours with what they connect, their sizes and parameters. */
  get legend() {
    return this.#reading.legend
  }

  get hues() {
    return this.#reading.hues
  }

  /** The width of a shape's matrix; null where a reference is missing. */
  widthOf(shape: string): Size | null {
    return this.#reading.widthOf(shape)
  }

  /** The colour that the next arrow takes; null for one of its own. */
  get color(): string | null {
    return this.#reading.colors.some(({ id }) => id === this.#color) ? this.#color : null
  }

  set color(id: string | null) {
    this.#color = id
  }

  /** @returns the new shape's id; it is selected. */
  addShape(kind: Shape['kind'], at: Point, box: string | null = null): string {
    return this.#make(`Add ${kind}`, (shown) => addShape(shown, kind, at, box), shapeKey)
  }

  /** Why no arrow can be drawn there, or null. */
  connectionProblem(from: string, to: string): string | null {
    return connectionProblem(this.shown, from, to)
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
    const shown = this.shown
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
    return copyItems(this.shown, this.selection)
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
    const color = freshColor(this.shown)
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
    } else this.select(renamedKey(selection, `${kind}:${id}`, next))
  }

  #insert(label: string, text: string, at: Point | null): void {
    const pasted = pasteItems(this.shown, text, at)
    this.edit(label, () => pasted.document)
    this.select(pasted.keys)
  }

  #make(
    label: string,
    make: (shown: Architecture) => { readonly document: Architecture; readonly id: string },
    key: (id: string) => ItemKey,
  ): string {
    const made = make(this.shown)
    this.edit(label, () => made.document)
    this.select([key(made.id)])
    return made.id
  }
}
