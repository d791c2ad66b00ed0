import { readFile } from 'node:fs/promises'
import type { z } from 'zod'

/** What a file says; null where it is not there or cannot be understood. */
export async function readJson<Value>(path: string, schema: z.ZodType<Value>): Promise<Value | null> {
  try {
    const json: unknown = JSON.parse(await readFile(path, 'utf8'))
    const parsed = schema.safeParse(json)
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}
