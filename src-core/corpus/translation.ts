import { UnrollError } from '../errors'
import type { TokenArray } from './token-array'
import type { Vocabulary } from './vocabulary'

export interface Translation {
  /** Indices of the vocabulary translated to. */
  readonly tokens: TokenArray
  /** What was left out, since that vocabulary lacks it: each different token and how often it stood there. */
  readonly missing: readonly { readonly label: string; readonly count: number }[]
}

/**
 * The tokens of a corpus as indices of another vocabulary, so that a trained network can read a text it was
 * not trained on. What the other vocabulary lacks is left out and counted.
 * @throws UnrollError `other-tokens` where one vocabulary is of bytes and the other of words, say.
 */
export function translateTokens(tokens: TokenArray, from: Vocabulary, to: Vocabulary): Translation {
  if (from.kind !== to.kind) {
    throw new UnrollError(
      'other-tokens',
      `The text is read as ${from.kind} and the network knows ${to.kind}.`,
      `Read the text with --tokens ${to.kind}.`,
    )
  }
  const indexOf = new Map<string | number, number>(to.document.tokens.map((token, at) => [token, at + 1]))
  const table = Uint32Array.from([0, ...from.document.tokens.map((token) => indexOf.get(token) ?? 0)])
  const counts = new Float64Array(from.size)
  const translated = new Uint32Array(tokens.length)
  let length = 0
  for (let at = 0; at < tokens.length; at++) {
    const index = table[tokens[at]]
    if (index > 0) translated[length++] = index
    else counts[tokens[at]]++
  }
  const missing = Array.from(counts, (count, index) => ({ label: from.label(index), count }))
  return { tokens: translated.subarray(0, length), missing: missing.filter(({ count }) => count > 0) }
}
