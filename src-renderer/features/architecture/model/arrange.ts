import type { Architecture } from '../../../../src-core/architecture/schema'
import { areaOfShape, overlap, placeOf, type Point, sizeOfShape } from './geometry'
import { idsOf, type ItemKey } from './item-key'

/** Between shapes that are pushed apart. */
const GAP = 24

/** The shapes that keys stand for: those named and those in the boxes named. */
export function shapesOf(document: Architecture, keys: Iterable<ItemKey>): Set<string> {
  const all = [...keys]
  const named = idsOf('shape', all)
  const boxes = idsOf('box', all)
  const found = document.shapes.filter(
    ({ id, box }) => named.has(id) || (box !== undefined && boxes.has(box)),
  )
  return new Set(found.map(({ id }) => id))
}

export function moveShapes(document: Architecture, shapes: ReadonlySet<string>, delta: Point): Architecture {
  if (shapes.size === 0 || (delta.x === 0 && delta.y === 0)) return document
  return placeShapes(
    document,
    [...shapes].flatMap((id) => {
      const place = placeOf(document, id)
      return place ? [[id, { x: place.x + delta.x, y: place.y + delta.y }]] : []
    }),
  )
}

/** Gives shapes their places. */
export function placeShapes(
  document: Architecture,
  places: Iterable<readonly [string, Point]>,
): Architecture {
  const layout = { ...document.layout }
  for (const [id, { x, y }] of places) layout[id] = { x, y }
  return { ...document, layout }
}

/** Puts shapes into a row or a column, at the middle of where they were, in the order they were in, none over another. */
export function alignShapes(
  document: Architecture,
  shapes: ReadonlySet<string>,
  into: 'row' | 'column',
): Architecture {
  const along = into === 'row' ? 'x' : 'y'
  const across = into === 'row' ? 'y' : 'x'
  const extent = into === 'row' ? 'width' : 'height'
  const placed = document.shapes.flatMap((shape) => {
    const place = shapes.has(shape.id) ? placeOf(document, shape.id) : null
    return place ? [{ id: shape.id, place, half: sizeOfShape(document, shape.kind)[extent] / 2 }] : []
  })
  if (placed.length < 2) return document
  const middle = Math.round(placed.reduce((sum, { place }) => sum + place[across], 0) / placed.length)
  placed.sort((a, b) => a.place[along] - b.place[along])
  let free = -Infinity
  const places = placed.map(({ id, place, half }): readonly [string, Point] => {
    const at = Math.max(place[along], free + half)
    free = at + half + GAP
    return [id, into === 'row' ? { x: at, y: middle } : { x: middle, y: at }]
  })
  return placeShapes(document, places)
}

/** How much further apart shapes of a picture with boxes stand than those of one without. */
const SPREAD = 1.75

/** Moves shapes apart, each in its row and column, where some are drawn over one another. */
export function spread(document: Architecture): Architecture {
  const areas = document.shapes
    .flatMap(({ id, kind }) => {
      const place = placeOf(document, id)
      return place ? [areaOfShape(document, kind, place)] : []
    })
    .sort((a, b) => a.x - b.x)
  const covered = areas.some((area, index) => {
    for (let next = index + 1; next < areas.length && areas[next].x < area.x + area.width; next++) {
      if (overlap(area, areas[next])) return true
    }
    return false
  })
  if (!covered) return document
  return placeShapes(
    document,
    Object.entries(document.layout).map(([id, { x, y }]) => [
      id,
      { x: Math.round(x * SPREAD), y: Math.round(y * SPREAD) },
    ]),
  )
}
