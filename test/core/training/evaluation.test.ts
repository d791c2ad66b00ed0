import { expect, test } from 'vitest'
import type { BatchSource } from '../../../src-core/corpus/batch-source'
import type { Compiled } from '../../../src-core/graph/engine'
import { evaluate } from '../../../src-core/training/evaluation'

/** Three windows in batches of two: the last row of the second batch is padding. */
const source: BatchSource = {
  tokensNeeded: 1,
  rows: 2,
  batches: 2,
  examples: 3,
  fillTokens: (into, _epoch, batch) => {
    into.set(batch === 0 ? [1, 2] : [3, 0])
    return batch === 0 ? 2 : 1
  },
  fillFresh: (into, _epoch, batch) => void into.fill(batch === 0 ? 1 : 0),
}

/** Losses of two outputs: the token, and ten times it where state is carried. */
const program: Compiled = {
  run: async ({ tokens, fresh }) => {
    const second = [...tokens.data].map((token, row) => (fresh.data[row] ? token : 10 * token))
    return { losses: { dtype: 'float32', shape: [2, 2], data: Float32Array.of(...tokens.data, ...second) } }
  },
  dispose: () => Promise.resolve(),
}

test('the means are over the windows alone, and the total is weighted', async () => {
  expect(await evaluate(program, source, { weights: [1, 0.5], stateful: true })).toEqual({
    outputs: [2, 11],
    loss: 2 + 0.5 * 11,
    examples: 3,
  })
})

test('there is no result where it is interrupted', async () => {
  let asked = 0
  const options = { weights: [1, 1], stateful: true, interrupted: () => ++asked === 2 }
  expect(await evaluate(program, source, options)).toBeNull()
})
