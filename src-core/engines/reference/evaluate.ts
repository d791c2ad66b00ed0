import { allocate, type ApplyOf, type OpName } from '../../graph/op'
import { reach, type Scan } from '../../graph/scan'
import { sizeOf, type Shape, type Tensor, type TensorData } from '../../graph/tensor'
import type { Variable } from '../../graph/variable'

/**
 * The values of variables, computed in float64 by the ops' own implementations.
 * @param given values of the leaves that the roots depend on, and of any other variable that is known.
 */
export function evaluate(roots: readonly Variable[], given: ReadonlyMap<Variable, Tensor>): Tensor[] {
  const values = new Map(given)
  const order = reach(roots, (value) => given.has(value))
  evaluateInto(values, order)
  return roots.map((root) => valueOf(values, root))
}

/** Computes variables in order, each from those before it. */
function evaluateInto(values: Map<Variable, Tensor>, order: readonly Variable[]) {
  for (const value of order) {
    if (values.has(value)) continue
    const { node } = value
    if (node.kind === 'constant') values.set(value, wide(node.value))
    else if (node.kind === 'apply')
      values.set(
        value,
        evaluateNode(node, (input) => valueOf(values, input)),
      )
    else if (node.kind === 'scan') evaluateScan(node, values)
  }
}

function evaluateNode<N extends OpName>(node: ApplyOf<N>, value: (input: Variable) => Tensor): Tensor {
  const { dtype, shape } = node.output
  return { dtype, shape, data: node.op.evaluate(node.inputs.map(value), node.attributes, node.output) }
}

function evaluateScan(node: Scan, values: Map<Variable, Tensor>) {
  const sequences = node.sequences.map((sequence) => valueOf(values, sequence))
  let states = node.initial.map((initial) => valueOf(values, initial))
  const stacked = node.stacked.map(({ dtype, shape }) => ({
    dtype,
    shape,
    data: allocate(dtype, sizeOf(shape)),
  }))
  const roots = [...node.next, ...node.collected]
  const order = reach(
    roots,
    (value) => values.has(value) || node.elements.includes(value) || node.states.includes(value),
  )
  for (let step = 0; step < node.length; step++) {
    const at = node.reverse ? node.length - 1 - step : step
    const inside = new Map<Variable, Tensor>()
    for (const value of order) {
      const known = values.get(value)
      if (known) inside.set(value, known)
    }
    node.elements.forEach((element, i) => inside.set(element, elementAt(sequences[i], at)))
    node.states.forEach((state, i) => inside.set(state, states[i]))
    evaluateInto(inside, order)
    node.collected.forEach((value, i) => {
      const { data } = valueOf(inside, value)
      stacked[i].data.set(data, at * data.length)
    })
    states = node.next.map((next) => valueOf(inside, next))
  }
  node.final.forEach((final, i) => values.set(final, states[i]))
  node.stacked.forEach((output, i) => values.set(output, stacked[i]))
}

function elementAt({ dtype, shape, data }: Tensor, at: number): Tensor {
  const size = sizeOf(shape.slice(1))
  return { dtype, shape: shape.slice(1), data: data.subarray(at * size, (at + 1) * size) }
}

function valueOf(values: ReadonlyMap<Variable, Tensor>, variable: Variable): Tensor {
  const value = values.get(variable)
  if (!value) throw new Error(`No value was given for ${variable.name ?? 'a leaf'} of the graph.`)
  return value
}

/** A tensor with float32 held as float64. */
export function wide({ dtype, shape, data }: Tensor): Tensor {
  return { dtype, shape, data: dtype === 'float32' ? widened(data) : data }
}

function widened(data: TensorData): Float64Array {
  return data instanceof Float64Array ? data : Float64Array.from(data)
}

/** Zeros of a type. */
export function blank(dtype: Tensor['dtype'], shape: Shape): Tensor {
  return { dtype, shape, data: allocate(dtype, sizeOf(shape)) }
}
