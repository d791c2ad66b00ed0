import { z } from 'zod'
import { createPairCounts, type PairCounts } from './pair-counts'
import type { TokenArray } from './token-array'

/**
 * What a guess reaches that knows little of a corpus, in nats a token, over exactly the tokens that can be
 * predicted: all but the first. They are entropies of the corpus itself, so no network that sees as little
 * can do better on it.
 */
export const baselinesSchema = z.object({
  /** ln of the number of different tokens: knows the vocabulary alone. */
  uniform: z.number().nonnegative(),
  /** H(token): knows how frequent each token is. */
  unigram: z.number().nonnegative(),
  /** H(token | the one before): knows the pairs; null where there are too many different pairs to count. */
  bigram: z.number().nonnegative().nullable(),
})

export type Baselines = z.infer<typeof baselinesSchema>

/** Counts a corpus that streams through. */
export class BaselineCounter {
  /** [V] how often each index stands in the corpus, the first token included. */
  readonly counts: Float64Array
  private readonly pairs: PairCounts
  private first = 0
  private last = 0

  /** @param vocabularySize V, padding included. */
  constructor(vocabularySize: number) {
    this.counts = new Float64Array(vocabularySize)
    this.pairs = createPairCounts(vocabularySize)
  }

  add(tokens: TokenArray): void {
    if (tokens.length === 0) return
    const { counts } = this
    for (let at = 0; at < tokens.length; at++) counts[tokens[at]]++
    this.pairs.add(this.last, tokens)
    if (this.last === 0) this.first = tokens[0]
    this.last = tokens[tokens.length - 1]
  }

  result(): Baselines {
    const { counts, first, last } = this
    const predicted = counts.map((count, index) => (index === first ? count - 1 : count))
    const followed = counts.map((count, index) => (index === last ? count - 1 : count))
    const total = predicted.reduce((sum, count) => sum + count, 0)
    if (total <= 0) return { uniform: 0, unigram: 0, bigram: 0 }
    let pairSum = 0
    this.pairs.forEach((count) => (pairSum += countTimesLog(count)))
    return {
      uniform: Math.log(counts.filter((count) => count > 0).length),
      unigram: notNegative(Math.log(total) - sumOfCountTimesLog(predicted) / total),
      bigram: this.pairs.complete ? notNegative((sumOfCountTimesLog(followed) - pairSum) / total) : null,
    }
  }
}

/** The baselines of a corpus or of a part of one. */
export function baselinesOf(tokens: TokenArray, vocabularySize: number): Baselines {
  const counter = new BaselineCounter(vocabularySize)
  counter.add(tokens)
  return counter.result()
}

function countTimesLog(count: number): number {
  return count > 0 ? count * Math.log(count) : 0
}

function sumOfCountTimesLog(counts: Float64Array): number {
  return counts.reduce((sum, count) => sum + countTimesLog(count), 0)
}

/** A sum of rounded terms can fall a little below an entropy of 0. */
function notNegative(entropy: number): number {
  return Math.max(0, entropy)
}
