import { z } from 'zod'
import { flag, numberText, readOptions, wholeText } from '../options'
import { trainRun } from '../train-run'

const optionsSchema = z.object({
  epochs: wholeText(1).optional(),
  steps: wholeText(1).optional(),
  lr: numberText.refine((rate) => rate >= 0, 'takes a number from 0 up').optional(),
  engine: z.string().optional(),
  json: flag,
})

/** `unroll resume` */
export async function resume(folder: string, rawOptions: Record<string, unknown>): Promise<void> {
  const { epochs, steps, lr, engine, json } = readOptions(optionsSchema, rawOptions)
  await trainRun({ folder, epochs, steps, learningRate: lr, engine }, json)
}
