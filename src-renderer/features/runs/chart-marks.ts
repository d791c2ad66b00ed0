import type { RateLine } from '../../../src-core/training/metrics'
import { fromNats, type LossUnit } from './units'

/** A level that a guess reaches, as a dashed line. */
export interface Reference {
  readonly label: string
  /** In nats. */
  readonly loss: number
}

/** What stands on the chart beside the lines. */
export interface Marks {
  readonly references: readonly Reference[]
  /** Loss of what is held out, by the step of its epoch's end, in nats per output. */
  readonly validation: readonly { readonly step: number; readonly loss: number }[]
  /** Rates that were set by hand. */
  readonly rates: readonly RateLine[]
  /** Steps of an epoch; 0 where several runs with others are shown. */
  readonly batches: number
}

export const noMarks: Marks = { references: [], validation: [], rates: [], batches: 0 }

/**
 * References inside an axis, from the top, with labels at least `apart` (of the axis' height 1) from each other and as
 * near to their lines as that lets them be.
 */
export function placedReferences(
  references: readonly Reference[],
  unit: LossUnit,
  place: (value: number) => number,
  apart: number,
): { label: string; at: number; labelAt: number }[] {
  const placed = references
    .map(({ label, loss }) => ({ label, at: place(fromNats(loss, unit)) }))
    .filter(({ at }) => at >= 0 && at <= 1)
    .sort((a, b) => a.at - b.at)
    .map(({ label, at }) => ({ label, at, labelAt: at }))
  // Down from the top, then up from the bottom, which none may cross.
  for (let index = 1; index < placed.length; index++)
    placed[index].labelAt = Math.max(placed[index].at, placed[index - 1].labelAt + apart)
  let below = 1 + apart
  for (const one of placed.reverse()) {
    one.labelAt = Math.min(one.labelAt, below - apart)
    below = one.labelAt
  }
  return placed.reverse()
}

/** Where a value stands on an axis: 0 at its beginning, 1 at its end. */
export function positionOn(
  { min, max, log }: { readonly min: number; readonly max: number; readonly log: boolean },
  value: number,
): number {
  return log ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min)
}
