import { z } from 'zod'
import { guardStateSchema } from './guard'
import { learningRateSchema } from './plan'

const count = z.int().nonnegative()

/**
 * Where a run stands between two steps, all but the engine's state. The position in the data and what random inputs
 * hold follow from the number of steps, so a run that goes on from here does what the undisturbed one would have.
 */
export const progressSchema = z.strictObject({
  /** Steps done. */
  step: count,
  /** Sums over the steps of the epoch that is under way. */
  epoch: z.strictObject({
    steps: count,
    loss: z.number(),
    outputs: z.array(z.number()),
    seconds: z.number().nonnegative(),
  }),
  /** Loss of the last epoch that ended, on the part held out where there is one; null before the first. */
  epochLoss: z.number().nullable(),
  /** A rate set by hand, which lasts to the end of the plan's segment that it was set in; null for the plan's. */
  hand: z.strictObject({ learningRate: learningRateSchema, segment: count }).nullable(),
  /** The rate of the last step; null before the first. */
  learningRate: learningRateSchema.nullable(),
  guard: guardStateSchema,
})
export type Progress = z.output<typeof progressSchema>

/** @param outputs K, the losses that each step reports. */
export function initialProgress(outputs: number): Progress {
  return {
    step: 0,
    epoch: emptyEpoch(outputs),
    epochLoss: null,
    hand: null,
    learningRate: null,
    guard: { reference: null, above: 0 },
  }
}

export function emptyEpoch(outputs: number): Progress['epoch'] {
  return { steps: 0, loss: 0, outputs: new Array<number>(outputs).fill(0), seconds: 0 }
}
