import { add, matmul, multiply, negate, reshape, scale, scatterAdd, sum, transpose } from '../ops'
import type { LoopBody } from '../scan'
import { sameShape } from '../tensor'
import type { Variable } from '../variable'

/** How to get the sum over all steps of what one step computes, from values that are stacked [T, ...]. */
export interface StepSum {
  /** Variables of the body that the sum reads at every step. */
  readonly reads: readonly Variable[]
  /** The sum, given the stacked value of each read variable and the outer value of whatever is captured. */
  readonly build: (stacked: (read: Variable) => Variable, outer: (captured: Variable) => Variable) => Variable
}

/**
 * Σ_t f_t without the loop. Gradients of weights are such sums: Σ_t A_tᵀ·B_t is one product of the A and B of
 * all steps under one another; sums, look-ups' gradients and what is linear go inward likewise.
 */
export function sumOverSteps(f: Variable, body: LoopBody, length: number): StepSum {
  const inner = (value: Variable) => sumOverSteps(value, body, length)
  const through = (value: Variable, wrap: (total: Variable) => Variable): StepSum => {
    const { reads, build } = inner(value)
    return { reads, build: (stacked, outer) => wrap(build(stacked, outer)) }
  }
  const { node } = f
  if (!body.has(f)) return { reads: [], build: (_, outer) => scale(outer(f), length) }
  if (node.kind === 'apply') {
    const [a, b] = node.inputs
    switch (node.name) {
      case 'matmul': {
        const { transposeA, transposeB } = node.attributes
        if (!transposeA || transposeB || !body.has(a) || !body.has(b)) break
        const rows = (x: Variable) => reshape(x, [x.shape[0] * x.shape[1], x.shape[2]])
        return { reads: [a, b], build: (all) => matmul(rows(all(a)), rows(all(b)), { transposeA }) }
      }
      case 'sum': {
        const axes = [0, ...node.attributes.axes.map((axis) => axis + 1)]
        return { reads: [a], build: (all) => sum(all(a), axes) }
      }
      case 'scatterAdd': {
        const { rows } = node.attributes
        if (!body.has(a) || !body.has(b)) break
        return { reads: [a, b], build: (all) => scatterAdd(all(a), all(b), rows) }
      }
      case 'add': {
        if (!sameShape(a.shape, b.shape)) break
        const [left, right] = [inner(a), inner(b)]
        return {
          reads: [...left.reads, ...right.reads],
          build: (all, outer) => add(left.build(all, outer), right.build(all, outer)),
        }
      }
      case 'multiply': {
        const [moving, still] = body.has(a) ? [a, b] : [b, a]
        if (body.has(still) || !sameShape(moving.shape, f.shape)) break
        const { reads, build } = inner(moving)
        return { reads, build: (all, outer) => multiply(build(all, outer), outer(still)) }
      }
      case 'negate':
        return through(a, negate)
      case 'reshape':
        return through(a, (total) => reshape(total, node.attributes.shape))
      case 'transpose':
        return through(a, (total) => transpose(total, node.attributes.permutation))
      default:
    }
  }
  return { reads: [f], build: (all) => sum(all(f), [0]) }
}
