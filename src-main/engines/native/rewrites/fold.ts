import { rewriteRoots, type Program } from '../../../../src-core/graph/program'
import { substitute } from '../../../../src-core/graph/rebuild'
import type { ApplyOf, OpName } from '../../../../src-core/graph/op'
import { reach } from '../../../../src-core/graph/scan'
import { sizeOf } from '../../../../src-core/graph/tensor'
import { constant, inputsOf, type Variable } from '../../../../src-core/graph/variable'

/** Larger constants are computed in every run rather than kept. */
const LARGEST = 1 << 14

/** The program with what depends on no input or state computed beforehand. */
export function fold(program: Program): Program {
  return rewriteRoots(program, (roots) => {
    const known = new Map<Variable, Variable>()
    for (const value of reach(roots)) {
      const { node } = value
      if (node.kind !== 'apply' || sizeOf(value.shape) > LARGEST) continue
      if (!inputsOf(node).every((input) => input.node.kind === 'constant' || known.has(input))) continue
      known.set(
        value,
        folded(node, (input) => known.get(input) ?? input),
      )
    }
    return substitute(roots, known)
  })
}

function folded<N extends OpName>(
  { op, inputs, attributes, output: { dtype, shape } }: ApplyOf<N>,
  image: (value: Variable) => Variable,
): Variable {
  const values = inputs.flatMap((input) => {
    const { node } = image(input)
    return node.kind === 'constant' ? [node.value] : []
  })
  return constant({ dtype, shape, data: op.evaluate(values, attributes, { dtype, shape }) })
}
