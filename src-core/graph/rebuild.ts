import { apply, type ApplyOf, type OpName } from './op'
import { reach, Scan } from './scan'
import { inputsOf, type Variable } from './variable'

/** The same application on other inputs. */
export function reapply<N extends OpName>(node: ApplyOf<N>, inputs: readonly Variable[]): Variable {
  return inputs.every((input, i) => input === node.inputs[i])
    ? node.output
    : apply(node.op, inputs, node.attributes)
}

/**
 * The roots with some variables replaced wherever they are used, loops' bodies included. What does not
 * change is shared with the graph as it was.
 */
export function substitute(
  roots: readonly Variable[],
  replacements: ReadonlyMap<Variable, Variable>,
): Variable[] {
  const made = new Map<Variable, Variable>(replacements)
  const image = (value: Variable): Variable => made.get(value) ?? value
  for (const value of reach(roots, (each) => replacements.has(each))) {
    if (made.has(value)) continue
    const { node } = value
    if (node.kind === 'apply') made.set(value, reapply(node, node.inputs.map(image)))
    if (node.kind === 'scan' && inputsOf(node).some((input) => image(input) !== input)) {
      const copy = substituteScan(node, made)
      node.final.forEach((final, i) => made.set(final, copy.final[i]))
      node.stacked.forEach((stacked, i) => made.set(stacked, copy.collect(copy.collected[i])))
    }
  }
  return roots.map(image)
}

function substituteScan(node: Scan, made: ReadonlyMap<Variable, Variable>): Scan {
  const image = (value: Variable): Variable => made.get(value) ?? value
  const captured = node.captured.map((value) => [value, image(value)] as const)
  const body = substitute([...node.next, ...node.collected], new Map(captured))
  const copy = new Scan(
    node.length,
    node.reverse,
    node.sequences.map(image),
    node.elements,
    node.initial.map(image),
    node.states,
    body.slice(0, node.next.length),
  )
  body.slice(node.next.length).forEach((value) => copy.collect(value))
  return copy
}
