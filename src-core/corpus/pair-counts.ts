import type { TokenArray } from './token-array'

/** Vocabularies up to this size have their pairs counted in a square table (16 MB). */
const LARGEST_DENSE = 2 ** 11
/** Slots of the largest hash table (50 MB), of which three quarters may be filled. */
const LARGEST_TABLE = 2 ** 22
const FILL = 0.75

/** Counts how often each token follows each other one, in bounded memory. */
export interface PairCounts {
  /** False once there are more different pairs than fit; the counts are then of no use. */
  readonly complete: boolean
  /** Counts `previous` followed by the first of `tokens` (unless it is 0), and each of them followed by the next. */
  add(previous: number, tokens: TokenArray): void
  forEach(visit: (count: number) => void): void
}

/** @param vocabularySize V, padding included. */
export function createPairCounts(vocabularySize: number): PairCounts {
  return vocabularySize <= LARGEST_DENSE ? new DensePairCounts(vocabularySize) : new HashedPairCounts()
}

class DensePairCounts implements PairCounts {
  readonly complete = true
  private readonly counts: Uint32Array

  constructor(private readonly vocabularySize: number) {
    this.counts = new Uint32Array(vocabularySize * vocabularySize)
  }

  add(first: number, tokens: TokenArray): void {
    const { counts, vocabularySize } = this
    let previous = first
    for (let at = 0; at < tokens.length; at++) {
      const next = tokens[at]
      counts[previous * vocabularySize + next]++
      previous = next
    }
  }

  forEach(visit: (count: number) => void): void {
    // Row 0 holds what follows nothing.
    for (const count of this.counts.subarray(this.vocabularySize)) if (count > 0) visit(count)
  }
}

/** Open addressing; an empty slot has the count 0. */
class HashedPairCounts implements PairCounts {
  complete = true
  private size = 0
  private previous = new Uint32Array(2 ** 12)
  private next = new Uint32Array(2 ** 12)
  private counts = new Uint32Array(2 ** 12)

  add(first: number, tokens: TokenArray): void {
    let previous = first
    for (let at = 0; at < tokens.length && this.complete; at++) {
      const next = tokens[at]
      if (previous > 0) this.addPair(previous, next)
      previous = next
    }
  }

  forEach(visit: (count: number) => void): void {
    for (const count of this.counts) if (count > 0) visit(count)
  }

  private addPair(previous: number, next: number): void {
    const slot = this.slotOf(previous, next)
    if (this.counts[slot]++ > 0) return
    this.previous[slot] = previous
    this.next[slot] = next
    if (++this.size > this.counts.length * FILL) this.grow()
  }

  /** Where the pair is, or the empty slot where it belongs. */
  private slotOf(previous: number, next: number): number {
    const mask = this.counts.length - 1
    let hash = Math.imul(previous, 0x9e3779b1) ^ Math.imul(next, 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35)
    let slot = (hash ^ (hash >>> 13)) & mask
    while (this.counts[slot] > 0 && (this.previous[slot] !== previous || this.next[slot] !== next)) {
      slot = (slot + 1) & mask
    }
    return slot
  }

  private grow(): void {
    const { previous, next, counts } = this
    const slots = counts.length * 2
    this.complete = slots <= LARGEST_TABLE
    const kept = this.complete ? slots : 0
    this.previous = new Uint32Array(kept)
    this.next = new Uint32Array(kept)
    this.counts = new Uint32Array(kept)
    if (!this.complete) return
    counts.forEach((count, at) => {
      if (count === 0) return
      const slot = this.slotOf(previous[at], next[at])
      this.previous[slot] = previous[at]
      this.next[slot] = next[at]
      this.counts[slot] = count
    })
  }
}
