import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Cuts } from '../../../src-core/sampling/cuts'

/** Weights with many equal ones and zeros among them, the more of them the longer the heap. */
const weights = fc
  .array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 80 })
  .filter((numbers) => numbers.some((number) => number > 0))
  .map((numbers) => Float64Array.from(numbers))

/** Tokens of a weight, the heaviest first, of equals the lower index. */
function ranked(all: Float64Array): number[] {
  return [...all.keys()].filter((token) => all[token] > 0).sort((a, b) => all[b] - all[a] || a - b)
}

function kept(all: Float64Array): number[] {
  return [...all.keys()].filter((token) => all[token] > 0)
}

const ascending = (tokens: readonly number[]): number[] => [...tokens].sort((a, b) => a - b)

describe('Cuts', () => {
  it('keeps the k heaviest, with their weights', () => {
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 90 }), (all, k) => {
        const cut = all.slice()
        new Cuts(all.length).topK(cut, k)
        expect(kept(cut)).toEqual(ascending(ranked(all).slice(0, k)))
        for (const token of kept(cut)) expect(cut[token]).toBe(all[token])
      }),
    )
  })

  it('keeps the fewest heaviest that have the share p', () => {
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 16 }), (all, sixteenths) => {
        const p = sixteenths / 16
        const cut = all.slice()
        new Cuts(all.length).topP(cut, p)
        const order = ranked(all)
        const total = order.reduce((sum, token) => sum + all[token], 0)
        let count = 0
        for (let reached = 0; count < order.length && reached < p * total; count++)
          reached += all[order[count]]
        expect(kept(cut)).toEqual(ascending(order.slice(0, Math.max(1, count))))
      }),
    )
  })

  it('keeps those of at least p times the largest weight', () => {
    fc.assert(
      fc.property(weights, fc.integer({ min: 0, max: 16 }), (all, sixteenths) => {
        const p = sixteenths / 16
        const cut = all.slice()
        new Cuts(all.length).minP(cut, p)
        const largest = Math.max(...all)
        expect(kept(cut)).toEqual(ascending(ranked(all).filter((token) => all[token] >= p * largest)))
      }),
    )
  })
})
