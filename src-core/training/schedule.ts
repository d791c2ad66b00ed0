import { UnrollError } from '../errors'
import type { Segment } from './plan'

/** A segment in steps of the run: from the end of the one before it up to `end`, exclusive, counted from 0. */
export interface Stage {
  readonly end: number
  readonly learningRate: number
}

/** How far to train: so many ends of epochs or so many steps, and at which rate where that is not the plan's. */
export interface TrainingRequest {
  readonly epochs?: number
  readonly steps?: number
  readonly learningRate?: number
}

/**
 * The plan's segments in steps. A segment of epochs ends where so many epochs have ended since it began, so one
 * that begins within an epoch counts the rest of it as its first.
 */
export function stagesOf(segments: readonly Segment[], batchesPerEpoch: number): Stage[] {
  let start = 0
  return segments.map(({ epochs, steps, learningRate }) => {
    start =
      epochs === undefined
        ? start + (steps ?? 0)
        : (Math.floor(start / batchesPerEpoch) + epochs) * batchesPerEpoch
    return { end: start, learningRate }
  })
}

/** The stage that a step belongs to; the last one for steps after the plan's end. */
export function stageAt(stages: readonly Stage[], step: number): number {
  const index = stages.findIndex(({ end }) => step < end)
  return index === -1 ? stages.length - 1 : index
}

/**
 * The segments such that the run ends as far from `step` as is asked for: what lies beyond is cut off, and where the
 * plan ends too early its last segment goes on. What was trained before keeps its segments.
 * @param step steps done so far.
 * @throws UnrollError `plan-done` where nothing is asked for and the plan has nothing left
 */
export function planAhead(
  segments: readonly Segment[],
  step: number,
  batchesPerEpoch: number,
  request: Pick<TrainingRequest, 'epochs' | 'steps'>,
): Segment[] {
  const stages = stagesOf(segments, batchesPerEpoch)
  const planned = stages[stages.length - 1].end
  const target = targetOf(step, batchesPerEpoch, request) ?? planned
  if (target <= step) {
    throw new UnrollError(
      'plan-done',
      `The run has done all ${step} steps of its plan.`,
      'Say how much more to train, with --epochs N or --steps N.',
    )
  }
  const last = Math.min(stageAt(stages, target - 1), segments.length - 1)
  const start = last === 0 ? 0 : stages[last - 1].end
  return stages[last].end === target
    ? segments.slice(0, last + 1)
    : [...segments.slice(0, last), segmentOf(start, target, batchesPerEpoch, segments[last].learningRate)]
}

function targetOf(
  step: number,
  batchesPerEpoch: number,
  { epochs, steps }: Pick<TrainingRequest, 'epochs' | 'steps'>,
): number | null {
  if (epochs !== undefined) return (Math.floor(step / batchesPerEpoch) + epochs) * batchesPerEpoch
  return steps === undefined ? null : step + steps
}

function segmentOf(start: number, end: number, batchesPerEpoch: number, learningRate: number): Segment {
  return end % batchesPerEpoch === 0
    ? { epochs: end / batchesPerEpoch - Math.floor(start / batchesPerEpoch), learningRate }
    : { steps: end - start, learningRate }
}
