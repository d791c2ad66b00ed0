import { UnrollError } from '../errors'

/** More different tokens than this make an output layer that nobody trains; it also bounds the memory of encoding. */
const LARGEST_VOCABULARY = 2 ** 19

/** The different tokens of a corpus in sorted order; the padding at index 0 is not among them. */
export type SortedTokens = { kind: 'bytes'; tokens: number[] } | { kind: 'chars' | 'words'; tokens: string[] }

/** Tokens in final order, and the way there. */
export interface Numbered {
  readonly sorted: SortedTokens
  /** [size + 1] the index in the sorted vocabulary of each provisional number; 0 for 0. */
  readonly finalIndex: Uint32Array
}

/**
 * Numbers tokens 1, 2, … in the order in which they are first met while a corpus streams through, since the
 * sorted order is known only at its end.
 */
export interface TokenNumbering {
  /** Different tokens so far. */
  readonly size: number
  /** Writes the numbers of the tokens that `count` units complete (room for `count + 2`); returns how many. */
  write(units: Int32Array, count: number, into: Uint32Array): number
  /** The end of a file, which ends its last token (room for 2). */
  endFile(into: Uint32Array): number
  finish(): Numbered
}

/** @throws UnrollError `vocabulary-too-large` where a token more would pass the limit. */
export function checkRoom(size: number): void {
  if (size < LARGEST_VOCABULARY) return
  throw new UnrollError(
    'vocabulary-too-large',
    `The corpus has more than ${LARGEST_VOCABULARY} different tokens.`,
    'Read it as characters (--tokens chars) or bytes (--tokens bytes).',
  )
}
