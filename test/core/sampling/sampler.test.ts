import { describe, expect, it } from 'vitest'
import { Random } from '../../../src-core/random/random'
import { Sampler } from '../../../src-core/sampling/sampler'
import { defaultSamplerOptions, type SamplerOptions } from '../../../src-core/sampling/sampler-options'

/** Padding far above all others; the other tokens have these probabilities. */
const logitsOf = (...probabilities: number[]): Float32Array =>
  Float32Array.from([5, ...probabilities.map((probability) => Math.log(probability))])

const sampler = (options: Partial<SamplerOptions> = {}, size = 6, seed = 1): Sampler =>
  new Sampler({ ...defaultSamplerOptions, ...options }, size, Random.from(seed, 'sample'))

const rounded = (likely: readonly { token: number; probability: number }[]): Record<number, number> =>
  Object.fromEntries(likely.map(({ token, probability }) => [token, Number(probability.toFixed(4))]))

const logits = logitsOf(0.1, 0.4, 0.05, 0.25, 0.2)

describe('Sampler', () => {
  it.each([
    ['nothing', {}, { 1: 0.1, 2: 0.4, 3: 0.05, 4: 0.25, 5: 0.2 }],
    ['temperature 0', { temperature: 0 }, { 2: 1 }],
    ['temperature 0.5', { temperature: 0.5 }, { 1: 0.0364, 2: 0.5818, 3: 0.0091, 4: 0.2273, 5: 0.1455 }],
    ['top-k 2', { topK: 2 }, { 2: 0.6154, 4: 0.3846 }],
    ['top-k 1', { topK: 1 }, { 2: 1 }],
    ['top-k beyond V', { topK: 100 }, { 1: 0.1, 2: 0.4, 3: 0.05, 4: 0.25, 5: 0.2 }],
    ['top-p that two reach', { topP: 0.6 }, { 2: 0.6154, 4: 0.3846 }],
    ['top-p that one exceeds', { topP: 0.1 }, { 2: 1 }],
    ['top-p of what top-k left', { topK: 3, topP: 0.7 }, { 2: 0.6154, 4: 0.3846 }],
    ['min-p', { minP: 0.45 }, { 2: 0.4706, 4: 0.2941, 5: 0.2353 }],
    ['min-p 1', { minP: 1 }, { 2: 1 }],
    ['cuts after the temperature', { temperature: 0.5, topP: 0.65 }, { 2: 0.7191, 4: 0.2809 }],
    ['greedy with cuts', { temperature: 0, topK: 3, topP: 0.5, minP: 0.1 }, { 2: 1 }],
  ] as [string, Partial<SamplerOptions>, Record<number, number>][])(
    'draws after %s',
    (_, options, expected) => {
      expect(rounded(sampler(options).choose(logits).afterCuts)).toEqual(expected)
    },
  )

  it('shows the network’s own probabilities before the cuts, padding included', () => {
    const { beforeCuts } = sampler({ topK: 1, temperature: 2 }).choose(Float32Array.from([0, 0, Math.log(2)]))
    expect(rounded(beforeCuts)).toEqual({ 0: 0.25, 1: 0.25, 2: 0.5 })
  })

  it('lists the ten likeliest, likeliest first, lower indices first among equals', () => {
    const many = new Float32Array(40)
    many[30] = 1
    const { beforeCuts } = sampler({}, 40).choose(many)
    expect(beforeCuts.map(({ token }) => token)).toEqual([30, 0, 1, 2, 3, 4, 5, 6, 7, 8])
  })

  it('draws with the probabilities that it shows, and never padding', () => {
    const { afterCuts } = sampler({ topK: 3 }).choose(logits)
    const drawing = sampler({ topK: 3 })
    const counts = new Array<number>(6).fill(0)
    for (let trial = 0; trial < 20_000; trial++) counts[drawing.choose(logits).token]++
    for (const { token, probability } of afterCuts) {
      expect(Math.abs(counts[token] / 20_000 - probability)).toBeLessThan(0.015)
    }
    expect(counts[0] + counts[1] + counts[3]).toBe(0)
  })

  it('draws the same tokens from the same seed, others from another', () => {
    const draws = (seed: number): number[] => {
      const one = sampler({}, 6, seed)
      return Array.from({ length: 30 }, () => one.choose(logits).token)
    }
    expect(draws(4)).toEqual(draws(4))
    expect(draws(4)).not.toEqual(draws(5))
  })

  it('divides positive logits of repeated tokens and multiplies negative ones', () => {
    const one = sampler({ repetitionPenalty: 2 }, 4)
    one.observe(1)
    one.observe(3)
    const { afterCuts } = one.choose(Float32Array.from([0, 2, 0.5, -1]))
    const weights = [Math.exp(1), Math.exp(0.5), Math.exp(-2)]
    const sum = weights.reduce((a, b) => a + b)
    expect(afterCuts.map(({ token }) => token)).toEqual([1, 2, 3])
    afterCuts.forEach(({ probability }, at) => expect(probability).toBeCloseTo(weights[at] / sum, 6))
  })

  it('forgets repeated tokens beyond the window', () => {
    const one = sampler({ repetitionPenalty: 1000, repetitionWindow: 2, temperature: 0 }, 4)
    const scores = Float32Array.from([0, 3, 2, 1])
    const chosen: number[] = []
    for (let step = 0; step < 6; step++) {
      const { token } = one.choose(scores)
      one.observe(token)
      chosen.push(token)
    }
    expect(chosen).toEqual([1, 2, 3, 1, 2, 3])
  })

  it('chooses the likeliest though the temperature makes all others vanish', () => {
    expect(sampler({ temperature: 1e-300 }).choose(logits).token).toBe(2)
  })

  it.each([
    ['a logit that is not a number', [0, NaN, 1]],
    ['an infinite logit', [0, Infinity, 1]],
    ['nothing but minus infinity', [-Infinity, -Infinity, -Infinity]],
  ])('refuses %s', (_, values) => {
    expect(() => sampler({}, 3).choose(Float32Array.from(values))).toThrow(
      expect.objectContaining({ code: 'not-finite' }),
    )
  })

  it.each([
    [{ temperature: -1 }, 'The temperature cannot be -1.'],
    [{ temperature: NaN }, 'The temperature cannot be NaN.'],
    [{ topK: 0 }, 'The top-k cannot be 0.'],
    [{ topK: 2.5 }, 'The top-k cannot be 2.5.'],
    [{ topP: 0 }, 'The top-p cannot be 0.'],
    [{ topP: 1.1 }, 'The top-p cannot be 1.1.'],
    [{ minP: -0.1 }, 'The min-p cannot be -0.1.'],
    [{ repetitionPenalty: 0 }, 'The repetition penalty cannot be 0.'],
    [{ repetitionWindow: -1 }, 'The repetition window cannot be -1.'],
  ] as [Partial<SamplerOptions>, string][])('refuses %j', (options, message) => {
    expect(() => sampler(options)).toThrow(expect.objectContaining({ code: 'sampler-option', message }))
  })
})
