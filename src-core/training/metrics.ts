import { z } from 'zod'

/**
 * The lines of metrics.jsonl. Losses are in nats; `loss` is the total that training lowers, `outputs` the mean loss of
 * each triangle (of each step, for one in a box). Steps and epochs count from 1 and from the run's beginning.
 */
const stepLineSchema = z.object({
  type: z.literal('step'),
  step: z.int(),
  loss: z.number(),
  outputs: z.array(z.number()),
})

export const epochLineSchema = z.object({
  type: z.literal('epoch'),
  epoch: z.int(),
  step: z.int(),
  /** Mean over the steps of the epoch. */
  loss: z.number(),
  outputs: z.array(z.number()),
  /** Loss of the part that is held out, at the end of the epoch; null where none is. */
  validation: z.number().nullable(),
  /** Of the epoch, without pauses. The only field that differs between two runs of one seed. */
  seconds: z.number(),
})
export type EpochLine = z.output<typeof epochLineSchema>

/** The rate from this step on, at the run's beginning and wherever it changes. */
export const rateLineSchema = z.object({
  type: z.literal('rate'),
  step: z.int(),
  learningRate: z.number(),
  by: z.enum(['plan', 'hand']),
})
export type RateLine = z.output<typeof rateLineSchema>

/** A line of samples.jsonl. */
export const sampleLineSchema = z.object({
  step: z.int(),
  prime: z.string(),
  text: z.string(),
  temperature: z.number(),
  seed: z.int(),
})
export type SampleLine = z.output<typeof sampleLineSchema>

export const metricsLineSchema = z.discriminatedUnion('type', [
  stepLineSchema,
  epochLineSchema,
  rateLineSchema,
])

/**
 * The line of one step. It is written hundreds of times a second, so it is put together by hand, and with no more
 * digits than a single batch's loss deserves: a millionth of a nat.
 */
export function stepLine(step: number, loss: number, outputs: ArrayLike<number>): string {
  let text = `{"type":"step","step":${step},"loss":${rounded(loss)},"outputs":[`
  for (let index = 0; index < outputs.length; index++) {
    text += `${index === 0 ? '' : ','}${rounded(outputs[index])}`
  }
  return `${text}]}\n`
}

export function jsonLine(line: object): string {
  return `${JSON.stringify(line)}\n`
}

function rounded(nats: number): number {
  return Math.round(nats * 1e6) / 1e6
}
