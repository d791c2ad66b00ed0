import type { Architecture, Shape } from '../../../../src-core/architecture/schema'

/** In the picture's pixels; y grows downwards, inputs are drawn below outputs. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** Its top left corner and its size. */
export interface Area extends Point {
  readonly width: number
  readonly height: number
}

/** How large shapes are drawn, their names and sizes inside. Columns of an unrolled view are 140 apart. */
export const shapeSizes: Readonly<
  Record<Shape['kind'], { readonly width: number; readonly height: number }>
> = {
  rectangle: { width: 104, height: 56 },
  circle: { width: 76, height: 76 },
  triangle: { width: 84, height: 72 },
}

/** What a box keeps free around its shapes; above there is room for its words and for self-arrows. */
const boxPadding = { left: 28, right: 28, top: 60, bottom: 28 } as const

/** @param middle where the middle of the shape is drawn. */
export function areaOfShape(kind: Shape['kind'], middle: Point): Area {
  const { width, height } = shapeSizes[kind]
  return { x: middle.x - width / 2, y: middle.y - height / 2, width, height }
}

/** The area around the box's shapes; null where none of them has a place. */
export function areaOfBox(document: Architecture, box: string): Area | null {
  const around = areaAround(document, (shape) => shape.box === box)
  return (
    around && {
      x: around.x - boxPadding.left,
      y: around.y - boxPadding.top,
      width: around.width + boxPadding.left + boxPadding.right,
      height: around.height + boxPadding.top + boxPadding.bottom,
    }
  )
}

/** The smallest area that holds the shapes wanted; null where none of them has a place. */
export function areaAround(document: Architecture, wanted: (shape: Shape) => boolean): Area | null {
  let left = Infinity
  let top = Infinity
  let right = -Infinity
  let bottom = -Infinity
  for (const shape of document.shapes) {
    const place = wanted(shape) ? placeOf(document, shape.id) : null
    if (!place) continue
    const { x, y, width, height } = areaOfShape(shape.kind, place)
    left = Math.min(left, x)
    top = Math.min(top, y)
    right = Math.max(right, x + width)
    bottom = Math.max(bottom, y + height)
  }
  return left > right ? null : { x: left, y: top, width: right - left, height: bottom - top }
}

/** Where the middle of a shape is drawn, if it has a place. */
export function placeOf({ layout }: Architecture, shape: string): Point | null {
  return Object.hasOwn(layout, shape) ? layout[shape] : null
}

export function holds(area: Area, { x, y }: Point): boolean {
  return x >= area.x && x <= area.x + area.width && y >= area.y && y <= area.y + area.height
}

export function overlap(one: Area, other: Area): boolean {
  return (
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height
  )
}
