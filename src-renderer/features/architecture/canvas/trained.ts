import { parseArchitecture } from '../../../../src-core/architecture/parse'
import type { Architecture } from '../../../../src-core/architecture/schema'
import { UnrollError } from '../../../../src-core/errors'

/** The architecture of a run; null while it is not known, or where a newer program wrote it. */
export function parseTrained(document: unknown): Architecture | null {
  if (document === undefined) return null
  try {
    return parseArchitecture(document)
  } catch (error) {
    if (error instanceof UnrollError) return null
    throw error
  }
}
