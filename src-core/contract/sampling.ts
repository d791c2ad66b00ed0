import { z } from 'zod'
import { errorDataSchema } from './error-data'
import { runIdSchema } from './runs'
import { taskIdSchema } from './tasks'

/** The likeliest tokens that are told of each place. */
export const LIKELIEST = 10

/** Which weights: those of a checkpoint by its step, or as they stand now (the newest checkpoint where nothing trains). */
const weightsSchema = z.strictObject({
  run: runIdSchema,
  checkpoint: z.union([z.literal('live'), z.int().nonnegative()]),
})
export type WeightsSource = z.output<typeof weightsSchema>

/** As `SamplerOptions`. */
export const samplingOptionsSchema = z.strictObject({
  temperature: z.number().nonnegative().max(100),
  topK: z.int().min(1).optional(),
  topP: z.number().gt(0).max(1).optional(),
  minP: z.number().min(0).max(1).optional(),
  repetitionPenalty: z.number().positive().max(100),
  repetitionWindow: z.int().nonnegative().max(100_000),
})
export type SamplingOptions = z.output<typeof samplingOptionsSchema>

const text = z.string().max(200_000)
const int32s = z.instanceof(Int32Array)
const float32s = z.instanceof(Float32Array)

export const placesSchema = z.strictObject({
  /** [n] What each token adds to the text; '' within a character of several bytes. */
  texts: z.array(z.string()),
  /** [n] */
  tokens: int32s,
  /** [n, LIKELIEST] the tokens that were likeliest here before the cuts, likeliest first; 0 where there are fewer. */
  likeliest: int32s,
  /** [n, LIKELIEST] */
  probabilities: float32s,
  /** [n] −log p of the token that stands here before temperature and cuts, in nats. */
  surprises: float32s,
  /** [n] length of the longest run ending here that also stands in the corpus, in tokens; null where not asked for, or not known yet. */
  copied: int32s.nullable(),
  /** [n] the place in the corpus where that run begins, −1 for none. */
  positions: int32s.nullable(),
})
export type WrittenPlaces = z.output<typeof placesSchema>

const matrixEntrySchema = z.strictObject({
  name: z.string(),
  /** The colour that it belongs to, by its id in the document. */
  color: z.string(),
  rows: z.int(),
  columns: z.int(),
  gates: z.int(),
  kind: z.enum(['weights', 'bias', 'embedding', 'normalization']),
})
export type MatrixEntry = z.output<typeof matrixEntrySchema>

export const samplingCalls = {
  /** What the network reads and writes: texts by token index, '' for padding's 0; and the step of these weights. */
  vocabulary: {
    args: z.tuple([weightsSchema]),
    result: z.strictObject({ texts: z.array(z.string()), step: z.int().nonnegative() }),
  },
  /**
   * Writes on from a prime of any length; `written` brings the text. Resolves at its end, also when it is cancelled.
   * Throws `unknown-characters`, `not-finite`.
   */
  generate: {
    args: z.tuple([
      z.strictObject({
        task: taskIdSchema,
        weights: weightsSchema,
        prime: text,
        length: z.int().min(1).max(1_000_000),
        seed: z.int().nonnegative(),
        options: samplingOptionsSchema,
        /** Whether to look every run of characters up in the corpus. Until the corpus is indexed, places are without it. */
        novelty: z.boolean(),
      }),
    ]),
    result: z.strictObject({ step: z.int().nonnegative(), written: z.int().nonnegative() }),
  },
  /**
   * What of a text also stands in the run's corpus, for a prime and what is written behind it: n tokens together.
   * Waits until the corpus is indexed. Throws `unknown-characters`, `corpus-changed-since`, `corpus-too-large`.
   */
  copies: {
    args: z.tuple([runIdSchema, z.strictObject({ prime: text, tokens: int32s })]),
    /** [n] each, as in `written`. */
    result: z.strictObject({ texts: z.array(z.string()), copied: int32s, positions: int32s }),
  },
  /** [V] the scores of what comes after a text, before the softmax; for drawing what temperature and cuts make of them. */
  logits: {
    args: z.tuple([weightsSchema, text]),
    result: z.strictObject({ logits: float32s, padding: z.int() }),
  },
  /** How a text is read: places as in `written`, and what the circles hold after every token. */
  inspect: {
    args: z.tuple([weightsSchema, text, z.strictObject({ novelty: z.boolean(), states: z.boolean() })]),
    result: z.strictObject({
      step: z.int().nonnegative(),
      places: placesSchema,
      /** After the last token. */
      next: z.strictObject({ likeliest: int32s, probabilities: float32s }),
      /** [n, units] of each circle, by the shape's id; a circle outside a box holds its value for the window that ends here. */
      states: z.array(z.strictObject({ shape: z.string(), units: z.int(), values: float32s })),
    }),
  },
  matrices: { args: z.tuple([weightsSchema]), result: z.array(matrixEntrySchema) },
  /** [rows, columns] */
  matrix: { args: z.tuple([weightsSchema, z.string()]), result: float32s },
}

export const samplingEvents = {
  /** At most twenty times a second. */
  written: z.tuple([
    z.strictObject({ task: taskIdSchema, places: placesSchema, error: errorDataSchema.nullable() }),
  ]),
}
