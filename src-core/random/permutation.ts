import { Random } from './random'

const ROUNDS = 6
/** A smaller domain has too few keyed permutations; walking through this one costs next to nothing. */
const SMALLEST_DOMAIN_BITS = 6

/** Spreads every bit of the input over the whole word (MurmurHash3's finaliser, after the key is mixed in). */
function mix(value: number, key: number): number {
  let hash = Math.imul(value ^ key, 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  hash ^= hash >>> 16
  hash = Math.imul(hash + key, 0x9e3779b1)
  return hash ^ (hash >>> 15)
}

/**
 * A permutation of [0, size) drawn by a seed and a path, in no memory: a Feistel network over the next power of
 * two, followed until it lands below `size` (at most two steps on average, for sizes over 32).
 * @param size a whole number from 1 to 2^53.
 * @returns for an index in [0, size), the index that stands there.
 */
export function permutation(
  size: number,
  seed: number,
  ...path: readonly (string | number)[]
): (index: number) => number {
  const bits = Math.max(SMALLEST_DOMAIN_BITS, Math.ceil(Math.log2(size)))
  const lowBits = Math.ceil(bits / 2)
  const lowSize = 2 ** lowBits
  const lowMask = lowSize - 1
  const highMask = 2 ** (bits - lowBits) - 1
  const random = Random.from(seed, 'permutation', ...path)
  const keys = Int32Array.from({ length: ROUNDS }, () => random.word())
  return (index) => {
    let value = index
    do {
      let high = Math.floor(value / lowSize)
      let low = value - high * lowSize
      for (let round = 0; round < ROUNDS; round += 2) {
        high ^= mix(low, keys[round]) & highMask
        low ^= mix(high, keys[round + 1]) & lowMask
      }
      value = high * lowSize + low
    } while (value >= size)
    return value
  }
}
