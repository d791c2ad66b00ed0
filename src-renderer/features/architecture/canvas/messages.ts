import { UnrollError } from '../../../../src-core/errors'

/** What to say of a refusal: what was wrong and the way out. Anything else is thrown again. */
export function messageOf(error: unknown): string {
  if (error instanceof UnrollError) return `${error.message} ${error.wayOut}`
  throw error
}
