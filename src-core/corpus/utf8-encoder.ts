import { REPLACEMENT } from './unit-decoder'

/** The UTF-8 bytes of a code point; half a surrogate pair gives those of U+FFFD, as in the WHATWG standard. */
export function utf8Bytes(codePoint: number): number[] {
  if (codePoint < 0x80) return [codePoint]
  if (codePoint < 0x800) return [0xc0 | (codePoint >> 6), continuation(codePoint)]
  if (codePoint >= 0xd800 && codePoint <= 0xdfff) return utf8Bytes(REPLACEMENT)
  if (codePoint < 0x10000)
    return [0xe0 | (codePoint >> 12), continuation(codePoint >> 6), continuation(codePoint)]
  return [
    0xf0 | (codePoint >> 18),
    continuation(codePoint >> 12),
    continuation(codePoint >> 6),
    continuation(codePoint),
  ]
}

function continuation(bits: number): number {
  return 0x80 | (bits & 0x3f)
}
