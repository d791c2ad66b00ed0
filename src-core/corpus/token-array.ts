/**
 * What tokens are: characters (Unicode code points), byte values, or words (see words.ts).
 * A corpus is held as one index a token; index 0 is padding and never stands in a corpus.
 */
export const tokenKinds = ['chars', 'bytes', 'words'] as const
export type TokenKind = (typeof tokenKinds)[number]

/** A corpus as indices into its vocabulary, in the narrowest type that holds the vocabulary. */
export type TokenArray = Uint8Array | Uint16Array | Uint32Array

/** Bytes an index takes. */
export type IndexWidth = 1 | 2 | 4

/** The narrowest width that holds every index up to `largest`. */
export function widthFor(largest: number): IndexWidth {
  return largest < 2 ** 8 ? 1 : largest < 2 ** 16 ? 2 : 4
}

/** A view of `bytes` (little-endian, aligned, a whole number of indices) as tokens; nothing is copied. */
export function tokensFromBytes(bytes: Uint8Array, width: IndexWidth): TokenArray {
  const { buffer, byteOffset, byteLength } = bytes
  if (width === 1) return bytes
  return width === 2
    ? new Uint16Array(buffer, byteOffset, byteLength / 2)
    : new Uint32Array(buffer, byteOffset, byteLength / 4)
}

/** The last `fraction` of the corpus, contiguous, is held out for validation before windows are cut. */
export function splitForValidation(
  tokens: TokenArray,
  fraction: number,
): { training: TokenArray; validation: TokenArray } {
  const border = tokens.length - Math.floor(tokens.length * fraction)
  return { training: tokens.subarray(0, border), validation: tokens.subarray(border) }
}
