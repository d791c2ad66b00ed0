import { type Edge, type Node, Position } from '@xyflow/svelte'
import { arrowKey, boxKey, type ItemKey, shapeKey } from '../model/item-key'
import type { Point } from './geometry'
import type { DrawnArrow, DrawnBox, DrawnShape, Picture } from './picture'

export type ShapeNode = Node<{ drawn: DrawnShape; brief: boolean }, 'shape'>
export type BoxNode = Node<{ drawn: DrawnBox }, 'box'>
export type DiagramNode = ShapeNode | BoxNode
export type ArrowEdge = Edge<{ drawn: DrawnArrow }, 'arrow'>

/** Boxes lie under arrows, arrows under shapes. */
const layers = { box: 0, arrow: 1, shape: 2 } as const

/** The nodes of Svelte Flow for a picture: boxes first, as parents of what is in them. */
export function nodesOf(picture: Picture, selection: ReadonlySet<ItemKey>): DiagramNode[] {
  const frames = new Map(picture.boxes.map(({ box, frame }) => [box.id, frame]))
  const boxes = picture.boxes.map((drawn): BoxNode => {
    const { width, height, x, y } = drawn.frame
    const id = boxKey(drawn.box.id)
    return {
      id,
      type: 'box',
      position: { x, y },
      width,
      height,
      measured: { width, height },
      data: { drawn },
      selected: selection.has(id),
      zIndex: layers.box,
      // What lies in the frame is reached through it.
      style: 'pointer-events:none',
      dragHandle: '.grip',
      ariaLabel: `Box, ${drawn.title}, ${drawn.notes.join(', ')}`,
    }
  })
  const shapes = picture.shapes.map((drawn): ShapeNode => {
    const { width, height } = drawn.outline
    const id = shapeKey(drawn.shape.id)
    const frame = drawn.shape.box === undefined ? undefined : frames.get(drawn.shape.box)
    return {
      id,
      type: 'shape',
      position: frame ? relative(drawn.middle, frame) : drawn.middle,
      origin: [0.5, 0.5],
      width,
      height,
      measured: { width, height },
      handles: [
        { type: 'source', position: Position.Top, x: width / 2, y: height / 2, width: 0, height: 0 },
        { type: 'target', position: Position.Top, x: width / 2, y: height / 2, width: 0, height: 0 },
      ],
      data: { drawn, brief: picture.brief },
      selected: selection.has(id),
      zIndex: layers.shape,
      ariaLabel: drawn.label,
      ...(frame && drawn.shape.box !== undefined ? { parentId: boxKey(drawn.shape.box) } : {}),
    }
  })
  return [...boxes, ...shapes]
}

export function edgesOf(picture: Picture, selection: ReadonlySet<ItemKey>): ArrowEdge[] {
  return picture.arrows.map((drawn) => {
    const { arrow } = drawn
    const id = arrowKey(arrow.id)
    return {
      id,
      type: 'arrow',
      source: shapeKey(arrow.from),
      target: shapeKey(arrow.to),
      data: { drawn },
      selected: selection.has(id),
      zIndex: layers.arrow,
      ariaLabel: `Arrow from ${arrow.from} to ${arrow.to}${arrow.color === undefined ? '' : `, weights ${arrow.color}`}`,
    }
  })
}

function relative(place: Point, origin: Point): Point {
  return { x: place.x - origin.x, y: place.y - origin.y }
}
