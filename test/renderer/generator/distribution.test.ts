import { expect, test } from 'vitest'
import { distributionBars } from '../../../src-renderer/features/generator/distribution'

const logits = Float32Array.of(-9, 2, 1, 0, -1)
const options = { temperature: 1, repetitionPenalty: 1, repetitionWindow: 64 }

test('at temperature 1 and without cuts the bars are the network’s own probabilities', () => {
  const bars = distributionBars(logits, options)
  expect(bars.map(({ token }) => token)).toEqual([1, 2, 3, 4])
  for (const { before, after } of bars) expect(after).toBeCloseTo(before, 4)
})

test('a lower temperature favours the likeliest, 0 takes it alone', () => {
  const [first] = distributionBars(logits, { ...options, temperature: 0.5 })
  expect(first.after).toBeGreaterThan(first.before)
  expect(distributionBars(logits, { ...options, temperature: 0 }).map(({ after }) => after)).toEqual([
    1, 0, 0, 0,
  ])
})

test('what a cut takes away keeps its place with nothing left', () => {
  expect(distributionBars(logits, { ...options, topK: 2 }).map(({ after }) => after > 0)).toEqual([
    true,
    true,
    false,
    false,
  ])
})
