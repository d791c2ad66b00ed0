/**
 * Philox4x32-10: ten rounds that turn a 128-bit counter and a 64-bit key into 128 random bits.
 * Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
 */

const MULTIPLIER_0 = 0xd2511f53
const MULTIPLIER_1 = 0xcd9e8d57
const WEYL_0 = 0x9e3779b9
const WEYL_1 = 0xbb67ae85
const TWO_TO_MINUS_32 = 2 ** -32
const SCALED_0 = MULTIPLIER_0 * TWO_TO_MINUS_32
const SCALED_1 = MULTIPLIER_1 * TWO_TO_MINUS_32
const ROUNDS = 10

/**
 * Blocks of four words for consecutive counters.
 * @param out receives the words, as unsigned 32-bit integers; its length is a multiple of 4.
 * @param c0 the lowest word of the first counter; it does not carry into `c1`.
 */
export function philox(
  out: Uint32Array,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
): void {
  for (let at = 0, counter = c0; at < out.length; at += 4, counter++) {
    let x0 = counter >>> 0
    let x1 = c1 | 0
    let x2 = c2 >>> 0
    let x3 = c3 | 0
    let key0 = k0 | 0
    let key1 = k1 | 0
    for (let round = 0; round < ROUNDS; round++) {
      const low0 = Math.imul(x0, MULTIPLIER_0) >>> 0
      const low1 = Math.imul(x2, MULTIPLIER_1) >>> 0
      // The high word is (product - low word) / 2^32, computed in float64 with an error under 2^-20, rounded to the
      // nearest integer. Twice as fast as four products of 16-bit halves; the halves are added in the order that
      // keeps the chain between rounds short.
      const high0 = x0 * SCALED_0 + 0.5 - low0 * TWO_TO_MINUS_32
      const high1 = x2 * SCALED_1 + 0.5 - low1 * TWO_TO_MINUS_32
      x0 = ((high1 >>> 0) ^ x1 ^ key0) >>> 0
      x1 = low1 | 0
      x2 = ((high0 >>> 0) ^ x3 ^ key1) >>> 0
      x3 = low0 | 0
      key0 = (key0 + WEYL_0) | 0
      key1 = (key1 + WEYL_1) | 0
    }
    out[at] = x0
    out[at + 1] = x1
    out[at + 2] = x2
    out[at + 3] = x3
  }
}
