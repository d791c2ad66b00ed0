import type { Shape } from '../../../../src-core/architecture/schema'

/** A place in the diagram, in its own units: one pixel at a zoom of 1, y downwards. */
export interface Point {
  readonly x: number
  readonly y: number
}

export interface Rect extends Point {
  readonly width: number
  readonly height: number
}

export type Direction = 'up' | 'right' | 'down' | 'left'

/** What a shape looks like around its middle. `direction`: where the tip of a triangle points. */
export interface Outline {
  readonly kind: Shape['kind']
  readonly width: number
  readonly height: number
  readonly direction: Direction
}

export function plus(a: Point, b: Point, times = 1): Point {
  return { x: a.x + b.x * times, y: a.y + b.y * times }
}

export function minus(a: Point, b: Point): Point {
  return { x: a.x - b.x, y: a.y - b.y }
}

export function mean(a: Point, b: Point): Point {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }
}

/** Of length 1; of two equal places to the right. */
export function unit(vector: Point): Point {
  const length = Math.hypot(vector.x, vector.y)
  return length === 0 ? { x: 1, y: 0 } : { x: vector.x / length, y: vector.y / length }
}

export function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y)
}

/** The triangle's corners around its middle, its tip first. */
export function corners({ kind, width, height, direction }: Outline): readonly Point[] {
  const x = width / 2
  const y = height / 2
  if (kind !== 'triangle') {
    return [
      { x: -x, y: -y },
      { x, y: -y },
      { x, y },
      { x: -x, y },
    ]
  }
  const tips = {
    up: [0, -y, x, y, -x, y],
    right: [x, 0, -x, y, -x, -y],
    down: [0, y, -x, -y, x, -y],
    left: [-x, 0, x, -y, x, y],
  }[direction]
  return [0, 2, 4].map((index) => ({ x: tips[index], y: tips[index + 1] }))
}

/**
 * Where the ray from the middle of a shape towards a place leaves its border.
 * @param towards any place; the middle itself counts as one to its right.
 */
export function borderPoint(outline: Outline, middle: Point, towards: Point): Point {
  const ray = unit(minus(towards, middle))
  if (outline.kind === 'circle') return plus(middle, ray, outline.width / 2)
  const points = corners(outline)
  let reach = 0
  points.forEach((start, index) => {
    const end = points[(index + 1) % points.length]
    const side = minus(end, start)
    const across = ray.x * side.y - ray.y * side.x
    if (Math.abs(across) < 1e-9) return
    const along = (start.x * side.y - start.y * side.x) / across
    const part = (start.x * ray.y - start.y * ray.x) / across
    if (along >= 0 && part >= -1e-9 && part <= 1 + 1e-9) reach = Math.max(reach, along)
  })
  return plus(middle, ray, reach)
}

/** How far a place is from the straight line between two others. */
export function distanceToSegment(place: Point, from: Point, to: Point): number {
  const line = minus(to, from)
  const length = line.x * line.x + line.y * line.y
  const offset = minus(place, from)
  const part = length === 0 ? 0 : Math.max(0, Math.min(1, (offset.x * line.x + offset.y * line.y) / length))
  return distance(place, plus(from, line, part))
}

export function around(middle: Point, width: number, height: number): Rect {
  return { x: middle.x - width / 2, y: middle.y - height / 2, width, height }
}

export function holds(rect: Rect, place: Point): boolean {
  return (
    place.x >= rect.x &&
    place.x <= rect.x + rect.width &&
    place.y >= rect.y &&
    place.y <= rect.y + rect.height
  )
}

/** The smallest that holds all; null of none. */
export function union(rects: readonly Rect[]): Rect | null {
  if (rects.length === 0) return null
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const rect of rects) {
    left = Math.min(left, rect.x)
    top = Math.min(top, rect.y)
    right = Math.max(right, rect.x + rect.width)
    bottom = Math.max(bottom, rect.y + rect.height)
  }
  return { x: left, y: top, width: right - left, height: bottom - top }
}
