import type { Vocabulary } from '../../src-core/corpus/vocabulary'
import { UnrollError } from '../../src-core/errors'

/**
 * The tokens of a prime, or of another text that a network is to read.
 * @throws UnrollError `unknown-characters` that names what the corpus does not have
 */
export function encodePrime(vocabulary: Vocabulary, prime: string, what = 'prime'): number[] {
  const { indices, missing } = vocabulary.encode(prime)
  if (missing.length === 0) return indices
  const listed = [...new Set(missing.map(({ text }) => JSON.stringify(text)))]
  throw new UnrollError(
    'unknown-characters',
    `The ${what} has ${listed.slice(0, 5).join(', ')}, which the corpus does not have.`,
    'Begin with text that is made of what stands in the corpus.',
  )
}
