import { allocate, apply, fail, type Op } from '../op'
import { sizeOf, type TensorData } from '../tensor'
import type { Variable } from '../variable'
import { reshape } from './broadcast'

interface Transposed {
  readonly transposeA?: boolean
  readonly transposeB?: boolean
}

/** Row-major copy of the transpose of a [rows, columns] matrix. */
function transposed(data: TensorData, rows: number, columns: number): TensorData {
  const result = allocate('float32', rows * columns)
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) result[j * rows + i] = data[i * columns + j]
  return result
}

const matmulOp: Op<'matmul'> = {
  name: 'matmul',
  infer(inputs, { transposeA, transposeB }) {
    const [a, b] = inputs
    if (a.dtype !== 'float32' || b.dtype !== 'float32') fail('matmul', inputs, 'works on float32 only')
    if (a.shape.length !== 2 || b.shape.length !== 2) fail('matmul', inputs, 'takes two matrices')
    const [m, k] = transposeA ? [a.shape[1], a.shape[0]] : a.shape
    const [k2, n] = transposeB ? [b.shape[1], b.shape[0]] : b.shape
    if (k !== k2)
      fail('matmul', inputs, `${k} columns on the left must be as many as the ${k2} rows on the right`)
    return { dtype: 'float32', shape: [m, n] }
  },
  /** C = A·B: dA = g·Bᵀ, dB = Aᵀ·g; a transposed operand's gradient comes out transposed. */
  gradient(g, { inputs: [a, b], attributes: { transposeA, transposeB } }) {
    const da = transposeA
      ? matmul(b, g, { transposeA: transposeB, transposeB: true })
      : matmul(g, b, { transposeB: !transposeB })
    const db = transposeB
      ? matmul(g, a, { transposeA: true, transposeB: transposeA })
      : matmul(a, g, { transposeA: !transposeA })
    return [da, db]
  },
  evaluate([a, b], { transposeA, transposeB }, { shape: [m, n] }) {
    const k = a.data.length / Math.max(1, m)
    const left = transposeA ? transposed(a.data, k, m) : a.data
    const right = transposeB ? transposed(b.data, n, k) : b.data
    const result = allocate('float32', m * n)
    for (let i = 0; i < m; i++) {
      for (let p = 0; p < k; p++) {
        const x = left[i * k + p]
        for (let j = 0; j < n; j++) result[i * n + j] += x * right[p * n + j]
      }
    }
    return result
  },
  /** The rows of all steps under one another, one product with the matrix that the steps share. */
  vectorize([a, b], [aMapped, bMapped], { transposeA, transposeB }, length) {
    if (!aMapped || bMapped || transposeA) return null
    const [, rows, columns] = a.shape
    const product = matmul(reshape(a, [length * rows, columns]), b, { transposeB })
    return reshape(product, [length, rows, product.shape[1]])
  },
}

/** A·B for matrices [M, K] and [K, N]; an operand is transposed first where the option says so. */
export function matmul(
  a: Variable,
  b: Variable,
  { transposeA = false, transposeB = false }: Transposed = {},
): Variable {
  return apply(matmulOp, [a, b], { transposeA, transposeB })
}

/** x·W over the last axis of x [..., K], with W [K, N]; gives [..., N]. */
export function project(x: Variable, weights: Variable): Variable {
  const rows = sizeOf(x.shape.slice(0, -1))
  const product = matmul(reshape(x, [rows, x.shape[x.shape.length - 1]]), weights)
  return reshape(product, [...x.shape.slice(0, -1), weights.shape[1]])
}
