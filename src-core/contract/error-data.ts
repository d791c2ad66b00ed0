import { z } from 'zod'
import { reasonOf, UnrollError } from '../errors'

/** An error as it travels between processes. */
export const errorDataSchema = z.strictObject({ code: z.string(), message: z.string(), wayOut: z.string() })
export type ErrorData = z.output<typeof errorDataSchema>

/** @param unexpected what to say of a defect of the program, whose stack is what a report needs. */
export function errorData(error: unknown, unexpected: ErrorData): ErrorData {
  if (error instanceof UnrollError) {
    const { code, message, wayOut } = error
    return { code, message, wayOut }
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : reasonOf(error)
  return { ...unexpected, message: `${unexpected.message}: ${detail}` }
}
