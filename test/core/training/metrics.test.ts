import { expect, test } from 'vitest'
import { metricsLineSchema, stepLine } from '../../../src-core/training/metrics'

test('the line of a step is JSON, to a millionth of a nat', () => {
  const line = stepLine(12, Math.fround(3.2), Float32Array.of(1.25, 1e-9, 1.9500001))
  expect(line).toBe('{"type":"step","step":12,"loss":3.2,"outputs":[1.25,0,1.95]}\n')
  expect(metricsLineSchema.parse(JSON.parse(line))).toMatchObject({ type: 'step', step: 12 })
})
