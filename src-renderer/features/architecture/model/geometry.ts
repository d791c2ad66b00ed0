import type { Architecture, Shape } from '../../../../src-core/architecture/schema'

/** In the picture's pixels; y grows downwards, inputs are drawn below outputs. */
export interface Point {
  readonly x: number
  readonly y: number
}

/**
 * How large shapes are drawn, with their names and sizes inside: in a picture with boxes, and in one without,
 * where the columns of a window stand side by side. Halves are multiples of what shapes snap to.
 */
const shapeSizes = {
  boxed: {
    rectangle: { width: 120, height: 60 },
    circle: { width: 80, height: 80 },
    triangle: { width: 60, height: 60 },
  },
  free: {
    rectangle: { width: 70, height: 40 },
    circle: { width: 50, height: 50 },
    triangle: { width: 40, height: 40 },
  },
} as const

export interface Extent {
  readonly width: number
  readonly height: number
}

/** Its top left corner and its size. */
export interface Area extends Point, Extent {}

/** Whether shapes are drawn smaller and say less, because columns of them stand side by side. */
export function isBrief({ boxes }: Pick<Architecture, 'boxes'>): boolean {
  return boxes.length === 0
}

export function sizeOfShape(document: Pick<Architecture, 'boxes'>, kind: Shape['kind']): Extent {
  return shapeSizes[isBrief(document) ? 'free' : 'boxed'][kind]
}

/** What a box keeps free around its shapes; above there is room for its words and for self-arrows. */
const boxPadding = { left: 28, right: 28, top: 60, bottom: 28 } as const

/** @param middle where the middle of the shape is drawn. */
export function areaOfShape(document: Pick<Architecture, 'boxes'>, kind: Shape['kind'], middle: Point): Area {
  const { width, height } = sizeOfShape(document, kind)
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
    const { x, y, width, height } = areaOfShape(document, shape.kind, place)
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
