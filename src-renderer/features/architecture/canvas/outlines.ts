import type { Diagram } from '../../../../src-core/architecture/diagram'
import type { Shape } from '../../../../src-core/architecture/schema'
import { sizeOfShape } from '../model/geometry'
import type { Direction, Outline, Point } from './geometry'

/** Of a character of the detail, 11 pixels high, and what is left at its sides. */
const CHARACTER = 5.4
const MARGIN = 14
/** Half of every side is a multiple of the grid that shapes snap to. */
const GRID = 10

/** What the shapes of a diagram look like. */
export function outlinesOf(
  diagram: Diagram,
  middleOf: (id: string) => Point,
  detailOf: (id: string) => string,
): ReadonlyMap<string, Outline> {
  const outlines = new Map<string, Outline>()
  for (const shape of diagram.shapes.values()) {
    const { width, height } = sizeOfShape(diagram.document, shape.kind)
    const direction = shape.kind === 'triangle' ? pointing(diagram, shape, middleOf) : 'up'
    const lying = direction === 'left' || direction === 'right'
    outlines.set(shape.id, {
      kind: shape.kind,
      width:
        shape.kind === 'rectangle'
          ? Math.max(width, Math.ceil((detailOf(shape.id).length * CHARACTER + MARGIN) / GRID) * GRID)
          : lying
            ? height
            : width,
      height: lying ? width : height,
      direction,
    })
  }
  return outlines
}

/** Triangles point away from where their arrows come from. */
function pointing(diagram: Diagram, shape: Shape, middleOf: (id: string) => Point): Direction {
  const own = middleOf(shape.id)
  let [x, y] = [0, 0]
  for (const arrow of diagram.into(shape)) {
    const from = middleOf(arrow.from)
    x += own.x - from.x
    y += own.y - from.y
  }
  if (x === 0 && y === 0) return 'up'
  if (Math.abs(x) > Math.abs(y) * 1.2) return x > 0 ? 'right' : 'left'
  return y <= 0 ? 'up' : 'down'
}
