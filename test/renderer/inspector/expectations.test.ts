import { expect, test } from 'vitest'
import { expectationRows } from '../../../src-renderer/features/inspector/expectations'

function source() {
  const likeliest = new Int32Array(20)
  const probabilities = new Float32Array(20)
  // What was expected where 'h' stands: 8 with 0.75, then 9.
  likeliest.set([8, 9], 10)
  probabilities.set([0.75, 0.125], 10)
  return {
    places: {
      texts: ['t', 'h'],
      tokens: Int32Array.of(7, 8),
      likeliest,
      probabilities,
      surprises: Float32Array.of(3, 0.25),
      copied: null,
      positions: null,
    },
    next: { likeliest: Int32Array.of(5, 0), probabilities: Float32Array.of(1, 0) },
  }
}

test('a row tells what is expected behind its token, and marks what came', () => {
  const [first] = expectationRows(source())
  expect(first).toEqual({
    token: 7,
    text: 't',
    expected: [
      { token: 8, probability: 0.75, came: true },
      { token: 9, probability: 0.125, came: false },
    ],
    surprise: 0.25,
  })
})

test('behind the last token nothing came yet', () => {
  expect(expectationRows(source())[1]).toEqual({
    token: 8,
    text: 'h',
    expected: [{ token: 5, probability: 1, came: false }],
    surprise: null,
  })
})
