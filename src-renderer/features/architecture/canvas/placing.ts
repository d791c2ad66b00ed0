import type { ArchitectureEditor } from '../model/editor.svelte'
import { type ItemKey, itemOf } from '../model/item-key'
import { holds, type Point } from './geometry'
import type { Picture } from './picture'

/** What shapes snap to. */
export const GRID = 5

export function snapped({ x, y }: Point): Point {
  return { x: Math.round(x / GRID) * GRID, y: Math.round(y / GRID) * GRID }
}

/** The smallest box whose frame holds the place; null outside of all. */
export function boxAt(
  picture: Picture,
  place: Point,
  without: ReadonlySet<string> = new Set(),
): string | null {
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
