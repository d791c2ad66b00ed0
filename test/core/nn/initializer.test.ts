import { describe, expect, it } from 'vitest'
import { evaluate } from '../../../src-core/engines/reference/evaluate'
import { matmul } from '../../../src-core/graph/ops'
import { sizeOf, type Tensor } from '../../../src-core/graph/tensor'
import { variable } from '../../../src-core/graph/variable'
import { initialize, randomnessOf, type InitializerName } from '../../../src-core/nn/initializer'
import { Random } from '../../../src-core/random/random'

/** A first value drawn from seed 1, with its product with its own transpose. */
function drawn(name: InitializerName, shape: [number, number], gates = 1) {
  const fill = randomnessOf(name)
  const random = fill && variable('random', 'float32', shape)
  const data = new Float32Array(sizeOf(shape))
  const source = Random.from(1, name)
  if (fill?.kind === 'normal') source.fillNormal(data)
  else source.fillUniform(data)
  const given = new Map(
    random
      ? [[random, { dtype: 'float32' as const, shape, data: Float64Array.from(data) } satisfies Tensor]]
      : [],
  )
  const value = initialize(name, shape, gates, random)
  const square = matmul(value, value, shape[0] <= shape[1] ? { transposeB: true } : { transposeA: true })
  const [matrix, gram] = evaluate([value, square], given).map((tensor) => [...tensor.data])
  return { matrix, gram }
}

const largest = (values: readonly number[]) => Math.max(...values.map(Math.abs))

describe('initialisers', () => {
  it.each([[[12, 12]], [[5, 12]], [[12, 5]]] as [[number, number]][])(
    'orthogonal %j has orthonormal rows or columns',
    (shape) => {
      const { gram } = drawn('orthogonal', shape)
      const size = Math.min(...shape)
      gram.forEach((value, i) => expect(value).toBeCloseTo(i % (size + 1) === 0 ? 1 : 0, 9))
    },
  )

  it('orthogonal makes each gate by itself', () => {
    const { matrix } = drawn('orthogonal', [4, 8], 2)
    for (const gate of [0, 1]) {
      const row = matrix.slice(gate * 4, gate * 4 + 4)
      expect(row.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(1, 9)
    }
  })

  it('glorot fills its range, of each gate by its own size', () => {
    const { matrix } = drawn('glorot', [60, 120], 3)
    const range = Math.sqrt(6 / (60 + 40))
    expect(largest(matrix)).toBeLessThanOrEqual(range)
    expect(largest(matrix)).toBeGreaterThan(0.99 * range)
    expect(Math.abs(matrix.reduce((sum, value) => sum + value, 0) / matrix.length)).toBeLessThan(0.05 * range)
  })

  it('uniform is within 0.05', () => {
    const { matrix } = drawn('uniform', [30, 30])
    expect(largest(matrix)).toBeLessThanOrEqual(0.05)
    expect(largest(matrix)).toBeGreaterThan(0.049)
  })

  it('identity has ones on the diagonal, of each gate', () => {
    expect(drawn('identity', [2, 4], 2).matrix).toEqual([1, 0, 1, 0, 0, 1, 0, 1])
    expect(drawn('identity', [3, 2]).matrix).toEqual([1, 0, 0, 1, 0, 0])
  })

  it('zeros are zero', () => {
    expect(drawn('zeros', [2, 2]).matrix).toEqual([0, 0, 0, 0])
  })
})
