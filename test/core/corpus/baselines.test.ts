import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BaselineCounter, baselinesOf } from '../../../src-core/corpus/baselines'

/** H by its definition, from a list of events and what each is given. */
function entropy(events: { given: number; token: number }[]): number {
  const total = events.length
  let sum = 0
  for (const { given, token } of events) {
    const same = events.filter((event) => event.given === given)
    sum -= Math.log(same.filter((event) => event.token === token).length / same.length) / total
  }
  return sum
}

const corpus = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 40 })

test('are the entropies of the tokens that can be predicted', () => {
  fc.assert(
    fc.property(corpus, (tokens) => {
      const pairs = tokens.slice(1).map((token, at) => ({ given: tokens[at], token }))
      const { uniform, unigram, bigram } = baselinesOf(Uint8Array.from(tokens), 5)
      expect(uniform).toBeCloseTo(Math.log(new Set(tokens).size), 12)
      expect(unigram).toBeCloseTo(entropy(pairs.map(({ token }) => ({ given: 0, token }))), 12)
      expect(bigram).toBeCloseTo(entropy(pairs), 12)
    }),
  )
})

test('are the same for a large vocabulary, whose pairs are hashed', () => {
  fc.assert(
    fc.property(corpus, (tokens) => {
      const few = baselinesOf(Uint8Array.from(tokens), 5)
      const many = baselinesOf(
        Uint16Array.from(tokens, (token) => token * 9000),
        40_000,
      )
      expect(many.bigram).toBeCloseTo(few.bigram ?? -1, 12)
    }),
  )
})

test('are the same however the corpus streams through', () => {
  const tokens = Uint8Array.from([1, 2, 1, 1, 2, 3, 1])
  const counter = new BaselineCounter(4)
  for (const part of [
    tokens.subarray(0, 1),
    tokens.subarray(1, 1),
    tokens.subarray(1, 5),
    tokens.subarray(5),
  ]) {
    counter.add(part)
  }
  expect(counter.result()).toEqual(baselinesOf(tokens, 4))
  expect([...counter.counts]).toEqual([0, 4, 2, 1])
})

test('count pairs through the growth of the table', () => {
  // Every token once after every other one of 200: 40,000 different pairs, each as likely.
  const tokens: number[] = []
  for (let previous = 0; previous < 200; previous++) {
    for (let next = 0; next < 200; next++) tokens.push(1 + previous, 1 + next)
  }
  const { bigram } = baselinesOf(
    Uint16Array.from(tokens, (token) => token * 20),
    4021,
  )
  expect(bigram).toBeCloseTo(baselinesOf(Uint8Array.from(tokens), 201).bigram ?? -1, 12)
})

test('have no bigram where there are more pairs than fit', () => {
  // Each of 2,000 tokens before each of 800 others: 1,600,000 pairs one way round, and as many the other way.
  const tokens = Uint16Array.from({ length: 3_200_000 }, (_, at) => {
    const pair = Math.floor(at / 2)
    return at % 2 === 0 ? 1 + (pair % 2000) : 2001 + Math.floor(pair / 2000)
  })
  expect(baselinesOf(tokens, 2801).bigram).toBeNull()
})

test('of a single token are 0', () => {
  expect(baselinesOf(Uint8Array.of(1), 2)).toEqual({ uniform: 0, unigram: 0, bigram: 0 })
})
