import { describe, expect, it } from 'vitest'
import { evaluate } from '../../../src-core/engines/reference/evaluate'
import { multiply, sum } from '../../../src-core/graph/ops'
import { constant, variable } from '../../../src-core/graph/variable'
import { gradientError, numbers, randomTensor } from '../../fixtures/finite-differences'
import { dtypeOf, opTable } from '../../fixtures/op-table'
import { valuesFor } from '../../fixtures/op-values'

describe('the gradient of every op against finite differences in float64', () => {
  for (const { op, label, inputs, build } of opTable) {
    it(`${op}: ${label}`, () => {
      const random = numbers(op.length * 31 + label.length)
      const variables = inputs.map((input, i) => variable(`x${i}`, dtypeOf(input), input.shape))
      const given = new Map(variables.map((x, i) => [x, valuesFor(inputs[i], random)]))
      const output = build(...variables)
      if (output.dtype !== 'float32') {
        expect(evaluate([output], given)[0].shape).toEqual(output.shape)
        return
      }
      const weights = constant(randomTensor(output.shape, random))
      const floats = variables.filter(({ dtype }) => dtype === 'float32')
      expect(gradientError(sum(multiply(output, weights)), floats, given)).toBeLessThan(1e-6)
    })
  }
})
