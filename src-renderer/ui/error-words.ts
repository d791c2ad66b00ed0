import { z } from 'zod'
import { reasonOf } from '../../src-core/errors'

const saidSchema = z.object({ message: z.string(), wayOut: z.string(), code: z.string() })

/** What to tell of an error: `UnrollError`s and errors as data have a way out, defects of the program have none. */
export function wordsOfError(error: unknown): { code: string | null; message: string; wayOut: string } {
  const said = saidSchema.safeParse(error)
  if (said.success) return said.data
  return { code: null, message: firstLine(reasonOf(error)), wayOut: '' }
}

/** Whether the person themselves called it off. */
export function isCancelled(error: unknown): boolean {
  return wordsOfError(error).code === 'cancelled'
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]
}
