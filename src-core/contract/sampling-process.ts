import { z } from 'zod'
import type { Functions, Listeners } from './call'
import { placesSchema, samplingCalls, samplingOptionsSchema } from './sampling'

/** What the sampling process and the host that asks for it say to each other. Arguments are checked on arrival. */

const count = z.int().nonnegative()
/** A network that `open` opened; where too many others were opened since, calls throw `network-not-open`. */
const network = count
const text = z.string()

const openSchema = z.strictObject({
  /** The run's folder. */
  run: z.string(),
  weights: z.discriminatedUnion('kind', [
    /** @param step null: the newest that is whole. */
    z.strictObject({ kind: z.literal('checkpoint'), step: count.nullable() }),
    /** As `encodeSnapshot` writes it. */
    z.strictObject({ kind: z.literal('snapshot'), bytes: z.instanceof(Uint8Array) }),
  ]),
})
export type OpenRequest = z.output<typeof openSchema>

const openedSchema = z.strictObject({ network, step: count })
export type OpenedWeights = z.output<typeof openedSchema>

const inspectOptions = z.strictObject({ novelty: z.boolean(), states: z.boolean() })

export const samplingProcessCalls = {
  /** What is open already is not opened again. */
  open: { args: z.tuple([openSchema]), result: openedSchema },
  /** By token index, '' for padding's 0. */
  vocabulary: { args: z.tuple([network]), result: z.array(z.string()) },
  /** `written` brings the text. Resolves at its end to the number of tokens, also when it is cancelled. */
  generate: {
    args: z.tuple([
      z.strictObject({
        /** Tells `written` and `cancel` of this request from others. */
        id: count,
        network,
        prime: text,
        length: z.int().min(1),
        seed: count,
        options: samplingOptionsSchema,
        novelty: z.boolean(),
      }),
    ]),
    result: count,
  },
  /** Ends the request of that id after its current token; one that has ended is left alone. */
  cancel: { args: z.tuple([count]), result: z.void() },
  /** As `copies` of the host; `run` is the run's folder. */
  copies: {
    args: z.tuple([z.strictObject({ run: z.string(), prime: text, tokens: z.instanceof(Int32Array) })]),
    result: samplingCalls.copies.result,
  },
  logits: { args: z.tuple([network, text]), result: samplingCalls.logits.result },
  inspect: {
    args: z.tuple([network, text, inspectOptions]),
    result: samplingCalls.inspect.result.omit({ step: true }),
  },
  matrices: { args: z.tuple([network]), result: samplingCalls.matrices.result },
  matrix: { args: z.tuple([network, text]), result: samplingCalls.matrix.result },
}

export const samplingProcessEvents = {
  /** At most twenty times a second for each request. */
  written: z.tuple([z.strictObject({ id: count, places: placesSchema })]),
}

export type SamplingProcessCalls = Functions<typeof samplingProcessCalls>
export type SamplingProcessEvents = Listeners<typeof samplingProcessEvents>
