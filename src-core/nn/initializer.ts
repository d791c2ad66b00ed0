import { concat, divide, matmul, scale, slice, sqrt, square, subtract, sum } from '../graph/ops'
import type { RandomFill } from '../graph/program'
import { scan } from '../graph/scan'
import { constant, scalar, zeros, type Variable } from '../graph/variable'

export type InitializerName = 'glorot' | 'identity' | 'orthogonal' | 'uniform' | 'zeros'

/** Keras 1's `uniform`, which its embeddings start from. */
const UNIFORM_RANGE = 0.05
/** σ' = 1.5σ - 0.5σ³ lifts a singular value of 1e-6 to 1 (to float32's precision) in fewer steps than this. */
const ORTHOGONAL_STEPS = 42

/** What an initialiser draws for a matrix: numbers of this kind, of the matrix's shape; null for nothing. */
export function randomnessOf(name: InitializerName): RandomFill | null {
  if (name === 'orthogonal') return { kind: 'normal' }
  return name === 'glorot' || name === 'uniform' ? { kind: 'uniform' } : null
}

/**
 * A matrix's first value [in, gates · out]; each gate's block is made by itself, as Keras 1 does.
 * @param random what `randomnessOf` asks for, of that shape.
 */
export function initialize(
  name: InitializerName,
  [rows, columns]: readonly [number, number],
  gates: number,
  random: Variable | null,
): Variable {
  const size = columns / gates
  if (random && name !== 'orthogonal') {
    // Glorot and Bengio 2010: uniform in ±√(6 / (in + out))
    const range = name === 'glorot' ? Math.sqrt(6 / (rows + size)) : UNIFORM_RANGE
    return scale(subtract(random, scalar(0.5)), 2 * range)
  }
  const blocks = Array.from({ length: gates }, (_, gate) => {
    if (name === 'orthogonal' && random) return orthogonal(slice(random, 1, gate * size, (gate + 1) * size))
    return name === 'identity' ? identity(rows, size) : zeros([rows, size])
  })
  return concat(blocks, 1)
}

/** Ones on the diagonal, also of a matrix that is not square. */
function identity(rows: number, columns: number): Variable {
  const data = new Float64Array(rows * columns)
  for (let i = 0; i < Math.min(rows, columns); i++) data[i * columns + i] = 1
  return constant({ dtype: 'float32', shape: [rows, columns], data })
}

/**
 * The orthogonal factor of the polar decomposition of a matrix of normal numbers, which is distributed
 * evenly over all orthogonal matrices (Saxe, McClelland and Ganguli 2014 ask for such; they take a QR).
 * By the iteration of Newton and Schulz, X' = 1.5X - 0.5·X·Xᵀ·X, which is products only; the Frobenius norm
 * brings every singular value below 1 first. Rows are orthonormal, or columns where there are fewer of them.
 */
function orthogonal(normal: Variable): Variable {
  const [rows, columns] = normal.shape
  const start = divide(normal, sqrt(sum(square(normal))))
  const step = (x: Variable) => {
    const cube =
      rows <= columns
        ? matmul(matmul(x, x, { transposeB: true }), x)
        : matmul(x, matmul(x, x, { transposeA: true }))
    return subtract(scale(x, 1.5), scale(cube, 0.5))
  }
  const { final } = scan((_elements, [x]) => ({ next: [step(x)] }), {
    length: ORTHOGONAL_STEPS,
    initial: [start],
  })
  return final[0]
}
