import { matmul, slice } from '../../../../src-core/graph/ops'
import { rewriteRoots, type Program } from '../../../../src-core/graph/program'
import type { Scan } from '../../../../src-core/graph/scan'
import { uniformValue, type Variable } from '../../../../src-core/graph/variable'
import { withoutReshapes } from './columns'
import { Readers } from './readers'
import { rebuild } from './roots'

/**
 * Gradients of weights that a loop multiplied its state by, hᵀ·g over all steps, without the step in which the state
 * was still zero. Where other products have the same g, it is rather packed once for all of them.
 */
export function skipZeroRows(program: Program): Program {
  return rewriteRoots(program, (roots) => {
    const readers = new Readers(roots)
    return rebuild(roots, readers, {
      value: ({ node }, image) => {
        if (node.kind !== 'apply' || node.name !== 'matmul') return null
        const [left, right] = node.inputs
        const { transposeA, transposeB } = node.attributes
        const zeros = transposeA && !transposeB ? zeroRows(left) : 0
        const rows = left.shape[0]
        if (zeros === 0 || zeros === rows || isShared(right, readers)) return null
        const later = (value: Variable) => slice(image(value), 0, zeros, rows)
        return matmul(later(left), later(right), { transposeA: true })
      },
    })
  })
}

/** How many rows a matrix of a state before each step begins with that are zero: those of the first step. */
function zeroRows(matrix: Variable): number {
  const stacked = withoutReshapes(matrix)
  const { node } = stacked
  if (node.kind !== 'scan' || node.reverse || stacked.shape.length !== 3 || matrix.shape.length !== 2)
    return 0
  const isZero = beginsWithZeros(node, node.collected[node.stacked.indexOf(stacked)])
  return isZero && matrix.shape[1] === stacked.shape[2] ? stacked.shape[1] : 0
}

/** Whether a value in a loop's body is a state that is zero at the first step. */
export function beginsWithZeros(scan: Scan, value: Variable): boolean {
  const state = scan.states.indexOf(value)
  return state >= 0 && uniformValue(scan.initial[state]) === 0
}

function isShared(right: Variable, readers: Readers): boolean {
  const products = readers.of(right).filter((node) => node.kind === 'apply' && node.name === 'matmul')
  return products.length > 1
}
