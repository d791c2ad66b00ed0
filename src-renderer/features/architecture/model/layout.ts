import { checkArchitecture } from '../../../../src-core/architecture/check'
import { readDiagram } from '../../../../src-core/architecture/diagram'
import type { Architecture, Shape } from '../../../../src-core/architecture/schema'
import { placeShapes } from './arrange'
import { columnPlaces } from './column-layout'
import { flowPlaces } from './flow-layout'
import { areaOfShape, overlap, placeOf, type Point } from './geometry'

/** Above this many shapes a layout that weighs every crossing takes seconds: they stand in rows instead. */
const MAX_WEIGHED = 400
/** From one column to the next and from one row to the next of a picture without boxes. */
const COLUMN = 80
const ROW = 75
/** Of shapes in rows, whatever their size. */
const CELL = 140

/**
 * Every shape in a new place. A network flows from left to right, what is in a box together; where it is drawn
 * unrolled its columns stand side by side, in each inputs below and outputs above.
 */
export function layOut(document: Architecture): Architecture {
  const known = new Set(document.shapes.map(({ id }) => id))
  const layout = Object.fromEntries(freshPlaces(document).filter(([id]) => known.has(id)))
  return { ...document, layout }
}

/** The document with a place for every shape: those that lack one are put near what they are joined to. */
export function placed(document: Architecture): Architecture {
  const missing = document.shapes.filter(({ id }) => !placeOf(document, id))
  if (missing.length === 0) return document
  if (missing.length === document.shapes.length) return layOut(document)
  const fresh = layOut(document)
  let result = document
  for (const { id, kind } of missing) {
    const shift = shiftOf(document, fresh, id)
    const wanted = placeOf(fresh, id) ?? { x: 0, y: 0 }
    const free = freePlace(result, kind, { x: wanted.x + shift.x, y: wanted.y + shift.y })
    result = placeShapes(result, [[id, free]])
  }
  return result
}

/** The nearest place to the right where the shape covers no other. */
export function freePlace(document: Architecture, kind: Shape['kind'], wanted: Point): Point {
  const taken = document.shapes.flatMap((shape) => {
    const place = placeOf(document, shape.id)
    return place ? [areaOfShape(document, shape.kind, place)] : []
  })
  let place = wanted
  while (taken.some((area) => overlap(area, areaOfShape(document, kind, place)))) {
    place = { x: place.x + COLUMN / 2, y: place.y }
  }
  return place
}

/** How far the drawn places are from the fresh ones, by the shapes joined to this one or else by all. */
function shiftOf(document: Architecture, fresh: Architecture, id: string): Point {
  const joined = new Set(
    document.arrows.flatMap(({ from, to }) => (from === id ? [to] : to === id ? [from] : [])),
  )
  const shifts = (wanted: (other: string) => boolean) =>
    document.shapes.flatMap((shape) => {
      const drawn = wanted(shape.id) ? placeOf(document, shape.id) : null
      const place = placeOf(fresh, shape.id)
      return drawn && place ? [{ x: drawn.x - place.x, y: drawn.y - place.y }] : []
    })
  const near = shifts((other) => joined.has(other))
  const all = near.length > 0 ? near : shifts(() => true)
  const mean = (axis: 'x' | 'y') => Math.round(all.reduce((sum, shift) => sum + shift[axis], 0) / all.length)
  return { x: mean('x'), y: mean('y') }
}

function freshPlaces(document: Architecture): (readonly [string, Point])[] {
  if (document.boxes.length === 0 && checkArchitecture(document).length === 0) {
    const columns = columnPlaces(readDiagram(document), COLUMN, ROW)
    if (columns) return columns
  }
  return document.shapes.length > MAX_WEIGHED ? inRows(document) : flowPlaces(document)
}

/** By kind: inputs in the lowest row, outputs in the highest. */
function inRows(document: Architecture): (readonly [string, Point])[] {
  const rows = { triangle: 0, circle: 1, rectangle: 2 } as const
  const filled = [0, 0, 0]
  return document.shapes.map(({ id, kind }) => {
    const row = rows[kind]
    return [id, { x: CELL * filled[row]++, y: CELL * row }]
  })
}
