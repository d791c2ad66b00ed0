import type { Architecture, Shape } from '../../../../src-core/architecture/schema'
import type { Point } from './geometry'

/** Of the whole motion from one view to the other, in milliseconds. */
export const MOTION = 250
/** More shapes than this change places at once. */
export const MOST_MOVING = 400
/** The share of the motion by which the last column starts later than the first. */
const STAGGER = 0.4

/** From where to where a shape of the unrolled view moves. */
export interface Path {
  readonly folded: Point
  readonly open: Point
  /** Place of its column in the order in which they slide out, 0 to 1. */
  readonly order: number
}

/**
 * For each shape of the unrolled view where it lies while the box is closed: at the shape that it is a copy of,
 * else at the nearest shape of its kind.
 */
export function paths(rolled: Architecture, unrolled: Architecture): ReadonlyMap<string, Path> {
  const originals = new Map(rolled.shapes.map((shape) => [shape.id, shape]))
  const xs = unrolled.shapes.map(({ id }) => placeIn(unrolled, id).x)
  const left = Math.min(...xs)
  const span = Math.max(...xs) - left || 1
  return new Map(
    unrolled.shapes.map((shape) => {
      const open = placeIn(unrolled, shape.id)
      const original = originals.get(shape.id) ?? originals.get(shape.id.replace(/@\d+$/, ''))
      const folded = original ? placeIn(rolled, original.id) : nearest(rolled, shape, open)
      return [shape.id, { folded, open, order: (open.x - left) / span }]
    }),
  )
}

/** @param time 0 closed to 1 open */
export function along({ folded, open, order }: Path, time: number): Point {
  const part = ease(Math.max(0, Math.min(1, (time - order * STAGGER) / (1 - STAGGER))))
  return { x: folded.x + (open.x - folded.x) * part, y: folded.y + (open.y - folded.y) * part }
}

function ease(part: number): number {
  return part < 0.5 ? 4 * part ** 3 : 1 - (2 - 2 * part) ** 3 / 2
}

function nearest(rolled: Architecture, shape: Shape, open: Point): Point {
  let [best, found] = [Infinity, open]
  for (const other of rolled.shapes) {
    if (other.kind !== shape.kind) continue
    const place = placeIn(rolled, other.id)
    const far = Math.abs(place.y - open.y) * 4 + Math.abs(place.x - open.x)
    if (far < best) [best, found] = [far, place]
  }
  return found
}

function placeIn({ layout }: Architecture, id: string): Point {
  return Object.hasOwn(layout, id) ? layout[id] : { x: 0, y: 0 }
}
