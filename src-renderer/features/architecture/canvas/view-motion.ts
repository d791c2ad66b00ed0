import type { Architecture } from '../../../../src-core/architecture/schema'
import { boxKey, shapeKey } from '../model/item-key'
import { type DiagramNode, nodesOf } from './flow'
import { union } from './geometry'
import { along, MOST_MOVING, MOTION, type Path, paths } from './motion'
import type { Picture } from './picture'

interface Opening {
  readonly rolled: Architecture
  readonly unrolled: Architecture
  readonly rolledPicture: Picture
  readonly unrolledPicture: Picture
}

/** Whether the change of view is shown as a motion. */
export function canMove(unrolled: Picture): boolean {
  return unrolled.shapes.length <= MOST_MOVING && !matchMedia('(prefers-reduced-motion: reduce)').matches
}

/** The nodes between the two views: the columns on their way, the box as it opens around them. */
export function nodesBetween(opening: Opening): (time: number) => DiagramNode[] {
  const ways = paths(opening.rolled, opening.unrolled)
  const shapes = nodesOf(opening.unrolledPicture, new Set())
  const boxes = nodesOf({ ...opening.rolledPicture, shapes: [] }, new Set())
  const open = union(opening.unrolledPicture.shapes.map(({ middle }) => ({ ...middle, width: 0, height: 0 })))
  const growth = open?.width ?? 0
  const widths = new Map<string, number>(
    opening.rolledPicture.boxes.map(({ box, frame }) => [boxKey(box.id), frame.width]),
  )
  const waysByNode = new Map<string, Path>([...ways].map(([id, way]) => [shapeKey(id), way]))
  return (time) => [
    ...boxes.map((node): DiagramNode => {
      const width = (widths.get(node.id) ?? 0) + growth * time
      const opacity = Math.max(0, 1 - time * 1.2).toFixed(2)
      return { ...node, width, style: `pointer-events:none;opacity:${opacity}` }
    }),
    ...shapes.map((node): DiagramNode => {
      const way = waysByNode.get(node.id)
      return way ? { ...node, position: along(way, time) } : node
    }),
  ]
}

/**
 * Runs a motion by animation frames.
 * @param draw is given 0 to 1
 * @returns stops it; `done` is not called then
 */
export function play(draw: (part: number) => void, done: () => void): () => void {
  let frame = 0
  let start: number | null = null
  const tick = (now: number) => {
    start ??= now
    const part = (now - start) / MOTION
    if (part >= 1) {
      done()
      return
    }
    draw(part)
    frame = requestAnimationFrame(tick)
  }
  frame = requestAnimationFrame(tick)
  return () => cancelAnimationFrame(frame)
}
