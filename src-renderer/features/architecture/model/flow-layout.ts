import { type EdgeLabel, Graph, type GraphLabel, layout as arrange, type NodeLabel } from '@dagrejs/dagre'
import { isRecurrent } from '../../../../src-core/architecture/diagram'
import type { Architecture, Arrow, Shape } from '../../../../src-core/architecture/schema'
import { type Extent, isBrief, type Point, sizeOfShape } from './geometry'
import { boxKey, shapeKey } from './item-key'

/** Between what stands after and above one another; the letter of an arrow fits in between. */
const APART = { boxed: { after: 46, beside: 36 }, free: { after: 40, beside: 30 } } as const
/** Above a circle, what a self-arrow takes; as much is kept free below it. */
const LOOP = 60
/** Around a triangle, its words. */
const WORDS = { width: 90, height: 48 } as const

/**
 * Places as dagre finds them, from left to right: wide rather than high, as the canvas is. In a box self-arrows and
 * those that bring the step before put nothing after anything; what a state starts from stands before its circle.
 */
export function flowPlaces(document: Architecture): (readonly [string, Point])[] {
  const apart = APART[isBrief(document) ? 'free' : 'boxed']
  const graph = new Graph<GraphLabel, Partial<NodeLabel>, EdgeLabel>({ compound: true })
  graph.setGraph({ rankdir: 'LR', nodesep: apart.beside, ranksep: apart.after })
  graph.setDefaultEdgeLabel(() => ({}))
  const boxes = new Set(document.boxes.map(({ id }) => id))
  for (const id of boxes) graph.setNode(boxKey(id), {})
  const looped = new Set(document.arrows.flatMap(({ from, to }) => (from === to ? [from] : [])))
  for (const shape of document.shapes) {
    const { id, box } = shape
    graph.setNode(shapeKey(id), { ...spaceOf(document, shape, looped.has(id)) })
    if (box !== undefined && boxes.has(box)) graph.setParent(shapeKey(id), boxKey(box))
  }
  const join = (from: string, to: string) => {
    if (graph.hasNode(shapeKey(from)) && graph.hasNode(shapeKey(to)))
      graph.setEdge(shapeKey(from), shapeKey(to))
  }
  // Without a box what brings the step before comes from a column further left.
  const follows = (arrow: Arrow) => (isBrief(document) ? arrow.from !== arrow.to : !isRecurrent(arrow))
  for (const arrow of document.arrows) if (follows(arrow)) join(arrow.from, arrow.to)
  for (const { start } of document.boxes)
    for (const [circle, from] of Object.entries(start)) join(from, circle)
  arrange(graph)
  return document.shapes.map(({ id }) => {
    const { x = 0, y = 0 } = graph.node(shapeKey(id))
    return [id, { x: Math.round(x), y: Math.round(y) }]
  })
}

function spaceOf(document: Architecture, { kind }: Shape, looped: boolean): Extent {
  const { width, height } = sizeOfShape(document, kind)
  if (kind === 'triangle') return { width: Math.max(width, WORDS.width), height: height + WORDS.height }
  return { width, height: looped ? height + 2 * LOOP : height }
}
