import type { ArchitectureEditor } from '../model/editor.svelte'
import { idsOf, type ItemKey, itemOf, shapeKey } from '../model/item-key'
import { freePlace } from '../model/layout'
import { type CanvasView, focusNode, middleOfView } from './canvas-view'
import type { DiagramNode } from './flow'
import { holds, type Point } from './geometry'
import type { Picture } from './picture'

/** From a shape to the one that is put beside it. */
const BESIDE = 140

/** What shapes snap to. */
export const GRID = 5

export function snapped({ x, y }: Point): Point {
  return { x: Math.round(x / GRID) * GRID, y: Math.round(y / GRID) * GRID }
}

/** The smallest box whose frame holds the place; null outside of all. */
function boxAt(picture: Picture, place: Point, without: ReadonlySet<string> = new Set()): string | null {
  let [best, area]: [string | null, number] = [null, Infinity]
  for (const { box, frame } of picture.boxes) {
    const own = frame.width * frame.height
    if (!without.has(box.id) && own < area && holds(frame, place)) [best, area] = [box.id, own]
  }
  return best
}

/**
 * Puts what was dragged where it was dropped: one step of the history, in which shapes enter the box that they
 * were dropped into and leave the one that they were dragged out of.
 * @param group a name of this drag alone
 */
export function drop(
  editor: ArchitectureEditor,
  picture: Picture,
  keys: readonly ItemKey[],
  delta: Point,
  group: string,
): void {
  if (delta.x === 0 && delta.y === 0) return
  const dragged = new Set(keys)
  const boxes = new Set(keys.map(itemOf).flatMap(({ kind, id }) => (kind === 'box' ? [id] : [])))
  const moves = new Map<string | null, string[]>()
  for (const { shape, middle } of picture.shapes) {
    if (!dragged.has(`shape:${shape.id}`) || (shape.box !== undefined && boxes.has(shape.box))) continue
    const into = boxAt(picture, { x: middle.x + delta.x, y: middle.y + delta.y }, boxes)
    if (into === (shape.box ?? null)) continue
    moves.set(into, [...(moves.get(into) ?? []), shape.id])
  }
  editor.move(keys, delta, group)
  for (const [into, shapes] of moves) editor.putIntoBox(shapes, into, group)
}

/** Puts a new shape down, into the box that is there, and goes to it. */
export function placeShape(view: CanvasView, kind: 'rectangle' | 'circle' | 'triangle', place: Point): void {
  const { editor } = view.canvas
  const at = snapped(place)
  const id = editor.addShape(kind, at, boxAt(view.picture(), at))
  editor.tool = 'select'
  requestAnimationFrame(() => focusNode(view, shapeKey(id)))
}

/** Where a shape is put without a pointer: free of others, right of what is selected or in the middle of what is seen. */
export function placeBeside(view: CanvasView, kind: 'rectangle' | 'circle' | 'triangle'): Point {
  const { editor } = view.canvas
  const chosen = idsOf('shape', editor.selection)
  const middles = view.picture().shapes.filter(({ shape }) => chosen.has(shape.id))
  const last = middles.at(-1)?.middle
  return freePlace(editor.shown, kind, last ? { x: last.x + BESIDE, y: last.y } : middleOfView(view))
}

/** The box tool's area, or what was selected before it: what is in it is repeated. */
export function boxAround({ canvas, refuse }: CanvasView, keys: Iterable<ItemKey>): void {
  const { editor } = canvas
  editor.tool = 'select'
  try {
    editor.addBox(idsOf('shape', keys))
  } catch (error) {
    refuse(error)
  }
}

/** How far a node was dragged from where the picture has it. */
export function draggedBy({ type, data }: DiagramNode, now: Point): Point {
  const before =
    type === 'box'
      ? data.drawn.frame
      : {
          x: data.drawn.middle.x - data.drawn.outline.width / 2,
          y: data.drawn.middle.y - data.drawn.outline.height / 2,
        }
  return { x: Math.round(now.x - before.x), y: Math.round(now.y - before.y) }
}
