import type { ApplyOf, OpName } from '../../graph/op'
import { reach, type Scan } from '../../graph/scan'
import { sameShape, type Shape } from '../../graph/tensor'
import { inputsOf, uniformValue, type Constant, type Node, type Variable } from '../../graph/variable'
import { OnnxBuilder } from './builder'
import { ColumnLoop, fitsColumns } from './column-loop'
import { gemm, lowerings, type Lowering, type Steps } from './lowering'

/** The state of lowering one program: names of what is made so far. */
export class ProgramLowering implements Lowering {
  readonly builder = new OnnxBuilder()
  /** Names by variable; inside a loop, those of the step at hand. */
  private readonly names = new Map<Variable, string>()
  /** Stacked values that are held as one value a step. */
  private readonly steps = new Map<Variable, Steps>()
  private readonly done = new Set<Scan>()
  private readonly users = new Map<Variable, number>()
  private readonly parts: ReadonlyMap<Variable, Part>

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
    if (this.steps.has(value))
      return this.remember(value, this.builder.reshape(this.flat(value), value.shape))
    throw new Error(`The program uses ${value.name ?? 'a leaf'} without declaring it as an input or a state.`)
  }

  readonly reshaped = (value: Variable, shape: Shape): string => {
    if (sameShape(value.shape, shape)) return this.name(value)
    if (this.steps.has(value) && isFlat(value, shape)) return this.flat(value)
    return this.builder.reshape(this.name(value), shape)
  }

  readonly factor = (value: Variable) => {
    const stacked =
      value.node.kind === 'apply' && value.node.name === 'reshape' ? value.node.inputs[0] : value
    const inColumns = this.steps.get(stacked)?.columns === true && isFlat(stacked, value.shape)
    if (inColumns) return { name: this.flatColumns(stacked), transposed: true }
    return { name: this.name(value), transposed: false }
  }

  readonly flatColumnsOf = (value: Variable): string | null =>
    this.steps.get(value)?.columns === true ? this.flatColumns(value) : null

  readonly part = ({ output }: ApplyOf<'slice'>, x: string, axis: number): string | null => {
    const part = this.parts.get(output)
    return part ? this.builder.split(x, part.sizes, axis)[part.place] : null
  }

  /** Makes the loops; everything else is made when it is first named, so that nothing is made for nobody. */
  unrollLoops(order: readonly Variable[]) {
    for (const { node } of order) {
      if (node.kind !== 'scan' || this.done.has(node)) continue
      this.done.add(node)
      if (fitsColumns(node)) this.unrollInColumns(node)
      else this.unroll(node)
    }
  }

  /** A sequence [T, R, ...] as its T elements [R, ...]. */
  readonly elements = (sequence: Variable): readonly string[] => {
    const known = this.steps.get(sequence)
    if (known) return known.columns ? known.names.map((name) => this.builder.transpose(name)) : known.names
    const [length, rows = 1, ...rest] = sequence.shape
    const { node } = sequence
    if (node.kind === 'apply' && node.name === 'gather') {
      const [table, index] = node.inputs
      return this.elements(index).map((at) =>
        this.builder.node('Gather', [this.name(table), at], { axis: 0 }),
      )
    }
    const source = node.kind === 'apply' && node.name === 'reshape' ? node.inputs[0] : sequence
    const flat = this.reshaped(source, [length * rows, ...rest])
    const split = this.builder.split(flat, new Array<number>(length).fill(rows), 0)
    return sequence.shape.length > 1 ? split : split.map((each) => this.builder.reshape(each, []))
  }

  readonly usedOnce = (value: Variable): boolean => this.users.get(value) === 1

  readonly stepsOf = (value: Variable): Steps | null => this.steps.get(value) ?? null

  private remember(value: Variable, name: string): string {
    this.names.set(value, name)
    return name
  }

  private constant(value: Variable, { value: { dtype, shape, data } }: Constant): string {
    if (dtype === 'int32') return this.builder.int32(shape, Int32Array.from(data))
    if (dtype === 'bool') return this.builder.bool(shape, Uint8Array.from(data))
    const everywhere = uniformValue(value)
    const key = everywhere === null ? undefined : String(everywhere)
    return this.builder.float(shape, Float32Array.from(data), key)
  }

  private apply<N extends OpName>(node: ApplyOf<N>): string {
    return this.productWithSum(node.output) ?? lowerings[node.name](node, this)
  }

  /** A·B + C as one Gemm, where C fits its rule of broadcasting and nothing else reads A·B. */
  private productWithSum({ node, shape }: Variable): string | null {
    if (node.kind !== 'apply' || node.name !== 'add') return null
    const [a, b] = node.inputs
    for (const [product, rest] of [
      [a, b],
      [b, a],
    ]) {
      // A product over all steps has the shape [T, R, C] by a reshape, which a row [C] may be added before.
      const isRow = rest.shape.length === 1 && rest.shape[0] === shape[shape.length - 1]
      const flat =
        isRow && product.node.kind === 'apply' && product.node.name === 'reshape'
          ? product.node.inputs[0]
          : product
      const inner = flat.node
      if (
        inner.kind !== 'apply' ||
        inner.name !== 'matmul' ||
        !this.usedOnce(product) ||
        !this.usedOnce(flat)
      )
        continue
      if (!sameShape(product.shape, shape) || !(isRow || sameShape(rest.shape, flat.shape))) continue
      const sum = gemm(this, inner, [this.name(rest)])
      return flat === product ? sum : this.builder.reshape(sum, shape)
    }
    return null
  }

  private unroll(node: Scan) {
    const elements = node.sequences.map(this.elements)
    const collected = node.collected.map(() => new Array<string>(node.length))
    let states = node.initial.map(this.name)
    for (const at of stepsInOrder(node)) {
      for (const value of node.body.variables) {
        this.names.delete(value)
        this.steps.delete(value)
        if (value.node.kind === 'scan') this.done.delete(value.node)
      }
      node.elements.forEach((element, i) => this.names.set(element, elements[i][at]))
      node.states.forEach((state, i) => this.names.set(state, states[i]))
      this.unrollLoops(node.body.variables)
      states = node.next.map(this.name)
      node.collected.forEach((value, i) => (collected[i][at] = this.name(value)))
    }
    node.final.forEach((final, i) => this.names.set(final, states[i]))
    node.stacked.forEach((stacked, i) => this.steps.set(stacked, { names: collected[i], columns: false }))
  }

  private unrollInColumns(node: Scan) {
    const loop = new ColumnLoop(node, this)
    const collected = node.collected.map(() => new Array<string>(node.length))
    for (const at of stepsInOrder(node)) {
      const values = loop.step(at)
      values.forEach((name, i) => (collected[i][at] = name))
    }
    loop.states.forEach((name, i) => this.names.set(node.final[i], this.builder.transpose(name)))
    node.stacked.forEach((stacked, i) => this.steps.set(stacked, { names: collected[i], columns: true }))
  }

  /** A value held step by step as [T · R, ...]. */
  private flat(value: Variable): string {
    const { names = [], columns = false } = this.steps.get(value) ?? {}
    if (columns) return this.builder.transpose(this.flatColumns(value))
    const rows = value.shape.length === 1 ? names.map((name) => this.builder.reshape(name, [1])) : names
    return this.builder.node('Concat', rows, { axis: 0 })
  }

  /** A value held step by step in columns, as [C, T · R]. */
  private flatColumns(value: Variable): string {
    return this.builder.node('Concat', this.steps.get(value)?.names ?? [], { axis: 1 })
  }
}

function stepsInOrder({ length, reverse }: Scan): number[] {
  return Array.from({ length }, (_, step) => (reverse ? length - 1 - step : step))
}

/** Whether a shape [T · R, ...] is that of a stacked value [T, R, ...] with its first two axes as one. */
function isFlat({ shape: [length, rows, ...rest] }: Variable, shape: Shape): boolean {
  return sameShape(shape, [length * rows, ...rest])
}

/** Every variable of the graph, those inside loops too. */
function withBodies(roots: readonly Variable[]): Variable[] {
  const found = new Set(reach(roots))
  for (const { node } of found) {
    if (node.kind === 'scan') for (const inside of reach([...node.next, ...node.collected])) found.add(inside)
  }
  return [...found]
}

/** The sizes that a variable is cut into along an axis, and which of them this is. */
interface Part {
  readonly sizes: readonly number[]
  readonly place: number
}

/** The slices whose siblings cut, with them, all of a variable along one axis: one Split makes them all. */
function findParts(nodes: ReadonlySet<Node>): Map<Variable, Part> {
  const siblings = new Map<string, ApplyOf<'slice'>[]>()
  for (const node of nodes) {
    if (node.kind !== 'apply' || node.name !== 'slice') continue
    const key = `${node.inputs[0].id} ${node.attributes.axis}`
    siblings.set(key, [...(siblings.get(key) ?? []), node])
  }
  const parts = new Map<Variable, Part>()
  for (const slices of siblings.values()) {
    const sorted = slices.sort((a, b) => a.attributes.start - b.attributes.start)
    const ends = [0, ...sorted.map(({ attributes }) => attributes.end)]
    const complete = sorted.every(({ attributes }, i) => attributes.start === ends[i])
    const { inputs, attributes } = sorted[0]
    if (!complete || ends[sorted.length] !== inputs[0].shape[attributes.axis] || sorted.length < 2) continue
    const sizes = sorted.map(({ attributes: { start, end } }) => end - start)
    sorted.forEach(({ output }, place) => parts.set(output, { sizes, place }))
  }
  return parts
}
