import type { ApplyOf, OpName } from '../../graph/op'
import type { Program } from '../../graph/program'
import { reachLive } from '../../graph/rewrites/live'
import { reach, type Scan } from '../../graph/scan'
import { sameShape, type Shape } from '../../graph/tensor'
import { inputsOf, uniformValue, type Constant, type Node, type Variable } from '../../graph/variable'
import { OnnxBuilder } from './builder'
import { gemm, lowerings, type Lowering } from './lowering'
import type { OnnxModel, OnnxValue } from './model'

/** The name of a state's next value among the model's outputs. */
export const nextName = (state: string) => `${state}/next`

/**
 * A program as one ONNX graph. States come in under their names, the next ones go out under `nextName`.
 * Loops are unrolled: a stacked value is held as one value a step for as long as only loops read it.
 */
export function lowerProgram(program: Program, metadata: Readonly<Record<string, string>> = {}): OnnxModel {
  const roots = [...Object.values(program.outputs), ...Object.values(program.updates)]
  const lowering = new ProgramLowering(roots)
  const value = (name: string, { dtype, shape }: Variable): OnnxValue => ({ name, type: dtype, shape })
  const given = [...program.inputs, ...program.states]
  for (const { name, variable } of given) lowering.give(variable, name)
  lowering.lower(reachLive(roots))
  const wanted = [
    ...Object.entries(program.outputs),
    ...Object.entries(program.updates).map(([name, variable]) => [nextName(name), variable] as const),
  ]
  // An output may be an input, or another output too: each gets a name of its own.
  const outputs = wanted.map(([name, variable]) => {
    lowering.builder.nodes.push({
      type: 'Identity',
      inputs: [lowering.name(variable)],
      outputs: [name],
      attributes: {},
    })
    return value(name, variable)
  })
  const used = new Set(lowering.builder.nodes.flatMap(({ inputs }) => inputs))
  const inputs = given.filter(({ name }) => used.has(name)).map(({ name, variable }) => value(name, variable))
  const { nodes, constants } = lowering.builder
  return { name: program.name, nodes, constants, inputs, outputs, metadata }
}

class ProgramLowering implements Lowering {
  readonly builder = new OnnxBuilder()
  /** Names by variable; inside a loop, those of the step at hand. */
  private readonly names = new Map<Variable, string>()
  /** Stacked values that are held as one value a step. */
  private readonly steps = new Map<Variable, readonly string[]>()
  private readonly users = new Map<Variable, number>()
  private readonly parts: ReadonlyMap<Variable, readonly Variable[]>

  constructor(roots: readonly Variable[]) {
    const nodes = new Set(withBodies(roots).map(({ node }) => node))
    const uses = [...nodes].flatMap((node) => [
      ...inputsOf(node),
      ...(node.kind === 'scan' ? [...node.next, ...node.collected] : []),
    ])
    for (const value of [...roots, ...uses]) this.users.set(value, (this.users.get(value) ?? 0) + 1)
    this.parts = findParts(nodes)
  }

  give(value: Variable, name: string) {
    this.names.set(value, name)
  }

  readonly name = (value: Variable): string => {
    const known = this.names.get(value)
    if (known !== undefined) return known
    const { node } = value
    if (node.kind === 'constant') return this.remember(value, this.constant(value, node))
    if (node.kind === 'apply') return this.remember(value, this.apply(node))
    if (node.kind === 'scan' && this.steps.has(value)) {
      return this.remember(value, this.builder.reshape(this.flat(value), value.shape))
    }
    throw new Error(`The program uses ${value.name ?? 'a leaf'} without declaring it as an input or a state.`)
  }

  readonly reshaped = (value: Variable, shape: Shape): string => {
    if (sameShape(value.shape, shape)) return this.name(value)
    const [length, rows, ...rest] = value.shape
    if (this.steps.has(value) && sameShape(shape, [length * rows, ...rest])) return this.flat(value)
    return this.builder.reshape(this.name(value), shape)
  }

  readonly part = ({ inputs: [x], attributes: { axis }, output }: ApplyOf<'slice'>): string | null => {
    const parts = this.parts.get(output)
    if (!parts) return null
    const sizes = parts.map(({ shape }) => shape[axis])
    const names = this.builder.nodeOf(
      'Split',
      [this.name(x), this.builder.int64(sizes)],
      { axis },
      sizes.length,
    )
    return names[parts.indexOf(output)]
  }

  /** Makes the loops; everything else is made when it is first named, so that nothing is made for nobody. */
  lower(order: readonly Variable[]) {
    for (const { node } of order)
      if (node.kind === 'scan' && !this.steps.has(node.final[0] ?? node.stacked[0])) this.unroll(node)
  }

  private remember(value: Variable, name: string): string {
    this.names.set(value, name)
    return name
  }

  private constant(value: Variable, { value: { dtype, shape, data } }: Constant): string {
    if (dtype === 'int32') return this.builder.int32(shape, Int32Array.from(data))
    if (dtype === 'bool') return this.builder.bool(shape, Uint8Array.from(data))
    const everywhere = uniformValue(value)
    return this.builder.float(
      shape,
      Float32Array.from(data),
      everywhere === null ? undefined : String(everywhere),
    )
  }

  private apply<N extends OpName>(node: ApplyOf<N>): string {
    return this.productWithSum(node.output) ?? lowerings[node.name](node, this)
  }

  /** A·B + C as one Gemm, where C fits its rule of broadcasting and nothing else reads A·B. */
  private productWithSum({ node, shape }: Variable): string | null {
    if (node.kind !== 'apply' || node.name !== 'add' || shape.length !== 2) return null
    const [a, b] = node.inputs
    for (const [product, rest] of [
      [a, b],
      [b, a],
    ]) {
      // prettier-ignore
      const inner = product.node
      if (inner.kind !== 'apply' || inner.name !== 'matmul' || this.users.get(product) !== 1) continue
      const column = rest.shape.length === 1 && rest.shape[0] === shape[1]
      if (!sameShape(product.shape, shape) || !(column || sameShape(rest.shape, shape))) continue
      return this.builder.node('Gemm', [...inner.inputs, rest].map(this.name), gemm(inner.attributes))
    }
    return null
  }

  private unroll(node: Scan) {
    const elements = node.sequences.map((sequence) => this.elementsOf(sequence))
    const collected = node.collected.map(() => new Array<string>(node.length))
    let states = node.initial.map(this.name)
    for (let step = 0; step < node.length; step++) {
      const at = node.reverse ? node.length - 1 - step : step
      for (const value of node.body.variables) {
        this.names.delete(value)
        this.steps.delete(value)
      }
      node.elements.forEach((element, i) => this.names.set(element, elements[i][at]))
      node.states.forEach((state, i) => this.names.set(state, states[i]))
      this.lower(node.body.variables)
      states = node.next.map(this.name)
      node.collected.forEach((value, i) => (collected[i][at] = this.name(value)))
    }
    node.final.forEach((final, i) => {
      this.names.set(final, states[i])
      this.steps.set(final, [])
    })
    node.stacked.forEach((stacked, i) => this.steps.set(stacked, collected[i]))
  }

  /** A sequence [T, rows, ...] as its T elements [rows, ...]. */
  private elementsOf(sequence: Variable): readonly string[] {
    const known = this.steps.get(sequence)
    if (known) return known
    const [length, rows = 1, ...rest] = sequence.shape
    const { node } = sequence
    const flatShape = [length * rows, ...rest]
    const source = node.kind === 'apply' && node.name === 'reshape' ? node.inputs[0] : sequence
    const flat = this.reshaped(source, flatShape)
    const sizes = this.builder.int64(new Array<number>(length).fill(rows))
    const split = this.builder.nodeOf('Split', [flat, sizes], { axis: 0 }, length)
    return sequence.shape.length > 1 ? split : split.map((each) => this.builder.reshape(each, []))
  }

  /** A value held step by step as [T · rows, ...]. */
  private flat(value: Variable): string {
    const steps = this.steps.get(value) ?? []
    const scalars = value.shape.length === 1
    const each = scalars ? steps.map((step) => this.builder.reshape(step, [1])) : steps
    return this.builder.node('Concat', each, { axis: 0 })
  }
}

/** Every variable of the graph, those inside loops too. */
function withBodies(roots: readonly Variable[]): Variable[] {
  const found = new Set(reach(roots))
  for (const { node } of found) {
    if (node.kind === 'scan') for (const inside of reach([...node.next, ...node.collected])) found.add(inside)
  }
  return [...found]
}

/** Slices that cut all of a variable along one axis, each with its whole row of siblings in order. */
function findParts(nodes: ReadonlySet<Node>): Map<Variable, readonly Variable[]> {
  const siblings = new Map<string, ApplyOf<'slice'>[]>()
  for (const node of nodes) {
    if (node.kind !== 'apply' || node.name !== 'slice') continue
    const key = `${node.inputs[0].id} ${node.attributes.axis}`
    siblings.set(key, [...(siblings.get(key) ?? []), node])
  }
  const parts = new Map<Variable, readonly Variable[]>()
  for (const slices of siblings.values()) {
    const sorted = slices.sort((a, b) => a.attributes.start - b.attributes.start)
    const ends = [0, ...sorted.map(({ attributes }) => attributes.end)]
    const complete = sorted.every(({ attributes }, i) => attributes.start === ends[i])
    const { inputs, attributes } = sorted[0]
    if (!complete || ends[sorted.length] !== inputs[0].shape[attributes.axis] || sorted.length < 2) continue
    const outputs = sorted.map(({ output }) => output)
    outputs.forEach((output) => parts.set(output, outputs))
  }
  return parts
}
