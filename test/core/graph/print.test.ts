import { expect, it } from 'vitest'
import { add, matmul, relu } from '../../../src-core/graph/ops'
import { printProgram } from '../../../src-core/graph/print'
import { scan } from '../../../src-core/graph/scan'
import { variable, zeros } from '../../../src-core/graph/variable'

it('prints a program with its loop, line by line', () => {
  const x = variable('x', 'float32', [8, 2, 3])
  const w = variable('w', 'float32', [3, 3])
  const { final, collected } = scan(
    ([element], [state]) => {
      const next = relu(add(element, matmul(state, w)))
      return { next: [next], collect: [next] }
    },
    { sequences: [x], initial: [zeros([2, 3])] },
  )
  const program = {
    name: 'a loop',
    inputs: [{ name: 'text', variable: x }],
    states: [{ name: 'green/weights', variable: w, role: 'parameter' as const }],
    outputs: { last: final[0], all: collected[0] },
    updates: {},
  }
  expect(printProgram(program)).toMatchInlineSnapshot(`
    "a loop
      input text float32[8, 2, 3]
      parameter green/weights float32[3, 3]
      loop over 8 steps
        v2 float32[2, 3] of text
        v3 float32[2, 3] from 0[2, 3]
        v4 float32[2, 3] = matmul(v3, green/weights, transposeA=false, transposeB=false)
        v5 float32[2, 3] = add(v2, v4)
        v6 float32[2, 3] = relu(v5)
        next v3 = v6
        after the last step v7 float32[2, 3] = v6
        of every step v8 float32[8, 2, 3] = v6
      output last = v7
      output all = v8"
  `)
})
