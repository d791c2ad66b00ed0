import { type Diagram, startOf } from './diagram'
import { inOrder } from './order'
import type { Shape } from './schema'

/** Which characters have reached a shape. */
export interface Seen {
  /** In a box: whether the character of the step has. */
  readonly step: boolean
  /** The last character of a fixed place, 0 for none. */
  readonly fixed: number
}

const NOTHING: Seen = { step: false, fixed: 0 }

/** The shapes, each after all that it is computed from; self-arrows bring nothing of the same step. */
export function shapesInOrder(diagram: Diagram): Shape[] {
  return inOrder(diagram.document.shapes, (shape) => sourcesOf(diagram, shape)).ordered
}

/** What a shape is computed from within one batch: by its arrows and, for a state, by its start. */
export function sourcesOf(diagram: Diagram, shape: Shape): Shape[] {
  const found = diagram
    .into(shape)
    .filter((arrow) => arrow.from !== arrow.to)
    .flatMap((arrow) => diagram.shapes.get(arrow.from) ?? [])
  const start = startShape(diagram, shape)
  return start ? [...found, start] : found
}

/** The shape whose activations the state starts from, where it is not zeros. */
export function startShape(diagram: Diagram, shape: Shape): Shape | null {
  if (shape.kind === 'rectangle') {
    const { source } = shape
    return (source.kind === 'carried' && source.start && diagram.shapes.get(source.start)) || null
  }
  const box = shape.box === undefined ? undefined : diagram.boxes.get(shape.box)
  const start = box && startOf(box, shape.id)
  return (start && diagram.shapes.get(start)) || null
}

/** What every shape has seen, by its id. */
export function seenByShape(diagram: Diagram): Map<string, Seen> {
  const seen = new Map<string, Seen>()
  for (const shape of shapesInOrder(diagram)) {
    let { step, fixed } = own(shape)
    for (const arrow of diagram.into(shape)) {
      const from = diagram.shapes.get(arrow.from)
      if (!from) continue
      const brought = seen.get(from.id) ?? NOTHING
      fixed = Math.max(fixed, brought.fixed)
      if (!brought.step) continue
      if (from.box === shape.box) step = true
      else fixed = Math.max(fixed, lastStep(diagram, from))
    }
    const start = startShape(diagram, shape)
    if (start) fixed = Math.max(fixed, lastSeen(diagram, start, seen.get(start.id)))
    seen.set(shape.id, { step, fixed })
  }
  return seen
}

/** The last character that reaches a shape, in the last step of its box. */
export function lastSeen(diagram: Diagram, shape: Shape, seen: Seen = NOTHING): number {
  return Math.max(seen.fixed, seen.step ? lastStep(diagram, shape) : 0)
}

function own(shape: Shape): Seen {
  if (shape.kind !== 'rectangle' || shape.source.kind !== 'character') return NOTHING
  const { at } = shape.source
  return at === 't' ? { step: true, fixed: 0 } : { step: false, fixed: at }
}

function lastStep(diagram: Diagram, shape: Shape): number {
  return (shape.box !== undefined && diagram.boxes.get(shape.box)?.to) || 0
}
