import { z } from 'zod'
import type { SamplingOptions } from '../../../src-core/contract/sampling'

/** What the generator remembers from one start to the next; what does not fit any more falls back to the default. */
export const settingsSchema = z.object({
  prime: z.string().max(100_000).catch(''),
  length: z.int().min(1).max(1_000_000).catch(400),
  seed: z.int().nonnegative().catch(42),
  temperature: z.number().min(0).max(2).catch(0.8),
  /** null: off. */
  topK: z.int().min(1).nullable().catch(null),
  topP: z.number().gt(0).max(1).catch(1),
  minP: z.number().min(0).max(1).catch(0),
  repetitionPenalty: z.number().min(0.5).max(2).catch(1),
  novelty: z.boolean().catch(true),
  surprise: z.boolean().catch(false),
  /** Whether the options beyond temperature and top p are open. */
  more: z.boolean().catch(false),
  /** What stood in the pane last. */
  text: z.string().max(200_000).catch(''),
  /** How much of it was given to begin with. */
  primeLength: z.int().nonnegative().catch(0),
})
export type GeneratorSettings = z.output<typeof settingsSchema>

export const initialSettings: GeneratorSettings = settingsSchema.parse({})

export function samplingOptions(settings: GeneratorSettings): SamplingOptions {
  const { temperature, topK, topP, minP, repetitionPenalty } = settings
  return {
    temperature,
    repetitionPenalty,
    repetitionWindow: 64,
    ...(topK === null ? {} : { topK }),
    ...(topP < 1 ? { topP } : {}),
    ...(minP > 0 ? { minP } : {}),
  }
}
