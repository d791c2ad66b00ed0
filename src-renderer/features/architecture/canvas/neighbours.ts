import type { Direction, Point } from './geometry'

const ways: Readonly<Record<Direction, Point>> = {
  up: { x: 0, y: -1 },
  right: { x: 1, y: 0 },
  down: { x: 0, y: 1 },
  left: { x: -1, y: 0 },
}

const directions: Readonly<Record<string, Direction>> = {
  ArrowUp: 'up',
  ArrowRight: 'right',
  ArrowDown: 'down',
  ArrowLeft: 'left',
}

/** The direction of an arrow key. */
export function directionOf(key: string): Point | null {
  return Object.hasOwn(directions, key) ? ways[directions[key]] : null
}

/** The nearest place in a direction, those beside it counting as further away; null where none is. */
export function nearestTowards<Item extends { readonly middle: Point }>(
  from: Point,
  direction: Point,
  items: readonly Item[],
): Item | null {
  let [best, found]: [number, Item | null] = [Infinity, null]
  for (const item of items) {
    const x = item.middle.x - from.x
    const y = item.middle.y - from.y
    const ahead = x * direction.x + y * direction.y
    const beside = Math.abs(x * direction.y) + Math.abs(y * direction.x)
    if (ahead <= 0 || beside > ahead * 3) continue
    const far = ahead + beside * 2
    if (far < best) [best, found] = [far, item]
  }
  return found
}
