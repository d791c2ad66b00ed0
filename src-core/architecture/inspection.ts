import type { Variable } from '../graph/variable'
import type { Diagram } from './diagram'
import type { Forward } from './forward'
import type { Computation } from './pools'
import type { Circle } from './schema'
import { seenByShape } from './seen'

/** A circle whose activations a program of stepping gives as an output of their own. */
export interface InspectedCircle {
  /** Its id. */
  readonly shape: string
  /** The output's name. */
  readonly output: string
  /** The steps that its activations have an axis for: of the characters from the first one to the last; null without. */
  readonly steps: { readonly from: number; readonly to: number } | null
  /** The last character of the window that reaches it: before that is read, what it holds is made of padding. */
  readonly reads: number
}

/** The circles among what a program computes. @param stepping whether it does one step of a box. */
export function inspectedCircles(
  diagram: Diagram,
  order: readonly Computation[],
  stepping: boolean,
): InspectedCircle[] {
  const seen = seenByShape(diagram)
  return circlesAmong(order).map(({ id, box: boxId }) => {
    const box = boxId === undefined || stepping ? undefined : diagram.boxes.get(boxId)
    const steps = box ? { from: box.from, to: box.to } : null
    return { shape: id, output: outputOf(id), steps, reads: stepping ? 0 : (seen.get(id)?.fixed ?? 0) }
  })
}

/** Their activations, by the output's name. */
export function inspectedActivations(
  forward: Forward,
  order: readonly Computation[],
): Record<string, Variable> {
  const circles = circlesAmong(order)
  return Object.fromEntries(circles.map((circle) => [outputOf(circle.id), forward.activations(circle)]))
}

function circlesAmong(order: readonly Computation[]): Circle[] {
  return order.flatMap((node) => (typeof node === 'string' || node.kind !== 'circle' ? [] : [node]))
}

function outputOf(id: string): string {
  return `circle/${id}`
}
