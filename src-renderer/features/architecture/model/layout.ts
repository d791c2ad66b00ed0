import { type EdgeLabel, Graph, type GraphLabel, layout as arrange, type NodeLabel } from '@dagrejs/dagre'
import { checkArchitecture } from '../../../../src-core/architecture/check'
import { isRecurrent, readDiagram } from '../../../../src-core/architecture/diagram'
import type { Architecture } from '../../../../src-core/architecture/schema'
import { placeShapes } from './arrange'
import { columnPlaces } from './column-layout'
import { areaAround, areaOfShape, overlap, placeOf, type Point, shapeSizes } from './geometry'
import { boxKey, shapeKey } from './item-key'

/** Above this many shapes a layout that weighs every crossing takes seconds: they stand in rows instead. */
const MAX_WEIGHED = 400
const COLUMN = 140
const ROW = 120

/**
 * Every shape in a new place: inputs below, hidden activations in the middle, outputs above; boxes hold theirs
 * together, and where a network is drawn unrolled its columns stand side by side.
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
function freePlace(document: Architecture, kind: keyof typeof shapeSizes, wanted: Point): Point {
  const taken = document.shapes.flatMap((shape) => {
    const place = placeOf(document, shape.id)
    return place ? [areaOfShape(shape.kind, place)] : []
  })
  let place = wanted
  while (taken.some((area) => overlap(area, areaOfShape(kind, place)))) {
    place = { x: place.x + COLUMN / 2, y: place.y }
  }
  return place
}

/** Whether shapes are drawn over one another, or so far apart that the picture is mostly empty. */
export function isUntidy(document: Architecture): boolean {
  const areas = document.shapes
    .flatMap((shape) => {
      const place = placeOf(document, shape.id)
      return place ? [areaOfShape(shape.kind, place)] : []
    })
    .sort((a, b) => a.x - b.x)
  const covered = areas.some((area, index) => {
    for (let next = index + 1; next < areas.length && areas[next].x < area.x + area.width; next++) {
      if (overlap(area, areas[next])) return true
    }
    return false
  })
  const around = areaAround(document, () => true)
  return covered || (around !== null && around.width > COLUMN * (document.shapes.length + 2))
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
  return document.shapes.length > MAX_WEIGHED ? inRows(document) : weighed(document)
}

/** By kind: inputs in the lowest row, outputs in the highest. */
function inRows(document: Architecture): (readonly [string, Point])[] {
  const rows = { triangle: 0, circle: 1, rectangle: 2 } as const
  const filled = [0, 0, 0]
  return document.shapes.map(({ id, kind }) => {
    const row = rows[kind]
    return [id, { x: COLUMN * filled[row]++, y: ROW * row }]
  })
}

/** As dagre places them; self-arrows and those that bring the step before put nothing above anything. */
function weighed(document: Architecture): (readonly [string, Point])[] {
  const graph = new Graph<GraphLabel, Partial<NodeLabel>, EdgeLabel>({ compound: true })
  graph.setGraph({ rankdir: 'BT', nodesep: 56, ranksep: 64 })
  graph.setDefaultEdgeLabel(() => ({}))
  const boxes = new Set(document.boxes.map(({ id }) => id))
  for (const id of boxes) graph.setNode(boxKey(id), {})
  for (const { id, kind, box } of document.shapes) {
    graph.setNode(shapeKey(id), { ...shapeSizes[kind] })
    if (box !== undefined && boxes.has(box)) graph.setParent(shapeKey(id), boxKey(box))
  }
  for (const arrow of document.arrows) {
    const { from, to } = arrow
    if (isRecurrent(arrow) || !graph.hasNode(shapeKey(from)) || !graph.hasNode(shapeKey(to))) continue
    graph.setEdge(shapeKey(from), shapeKey(to))
  }
  arrange(graph)
  return document.shapes.map(({ id }) => {
    const { x = 0, y = 0 } = graph.node(shapeKey(id))
    return [id, { x: Math.round(x), y: Math.round(y) }]
  })
}
