import type { ApplyOf, OpName } from '../../graph/op'
import { rootsOf, type Program } from '../../graph/program'
import { reachLive } from '../../graph/rewrites/live'
import type { Scan } from '../../graph/scan'
import { sameShape, type DType, type Shape } from '../../graph/tensor'
import { uniformValue, type Variable } from '../../graph/variable'
import { suitsRows, type LoopChoice, type RowLoop } from './loop'
import type { AppliedOf, Source, Value } from './value'
import { fitsRows } from './kernels/row-plan'

export interface Unrolled {
  /** By the output's name. */
  readonly outputs: ReadonlyMap<string, Value>
  /** Next values by the state's name. */
  readonly updates: ReadonlyMap<string, Value>
  readonly inputs: ReadonlyMap<string, Value>
  readonly states: ReadonlyMap<string, Value>
}

/**
 * The program with its loops step after step: what a step hands to the next can then be fused with it like
 * anything else. Steps whose kernels come out alike share one pipeline.
 */
export function unroll(program: Program, loops: LoopChoice): Unrolled {
  const outputs = Object.entries(program.outputs)
  const updates = Object.entries(program.updates)
  const unroller = new Unroller(loops)
  const given = (kind: 'input' | 'state') => (each: { name: string; variable: Variable }) =>
    [each.name, unroller.give(each.variable, { kind, key: each.name }, each.name)] as const
  const inputs = new Map(program.inputs.map(given('input')))
  const states = new Map(program.states.map(given('state')))
  unroller.compute(reachLive(rootsOf(program)))
  return {
    outputs: new Map(outputs.map(([name, variable]) => [name, unroller.made(unroller.value(variable))])),
    updates: new Map(updates.map(([name, variable]) => [name, unroller.value(variable)])),
    inputs,
    states,
  }
}

const VIEWS: ReadonlySet<OpName> = new Set<OpName>(['reshape', 'broadcastTo', 'slice', 'transpose'])

class Unroller {
  private nextId = 0

  constructor(private readonly loops: LoopChoice) {}

  /** Inside a loop, the values of the step at hand. */
  private readonly values = new Map<Variable, Value>()
  /** What a loop makes of a state is called like the state. */
  private readonly names = new Map<Variable, string>()

  give(variable: Variable, source: Source, name: string): Value {
    const value = this.make(source, variable.dtype, variable.shape, name)
    this.values.set(variable, value)
    return value
  }

  value(variable: Variable): Value {
    const known = this.values.get(variable)
    if (known) return known
    const { node } = variable
    if (node.kind === 'constant') {
      const number = uniformValue(variable)
      const source: Source =
        number === null ? { kind: 'constant', tensor: node.value } : { kind: 'uniform', number }
      return this.give(variable, source, 'constant')
    }
    throw new Error(
      `The program uses ${variable.name ?? 'a leaf'} without declaring it as an input or a state.`,
    )
  }

  /** Values of variables, each from those before it. */
  compute(order: readonly Variable[]) {
    const done = new Set<Scan>()
    for (const variable of order) {
      const { node } = variable
      if (this.values.has(variable)) continue
      if (node.kind === 'apply')
        this.values.set(variable, this.apply(node, this.names.get(variable) ?? variable.name))
      else if (node.kind === 'scan' && !done.has(node)) {
        done.add(node)
        const rows = suitsRows(node, this.loops) ? this.rowLoop(node) : null
        if (rows && fitsRows(rows)) this.giveOutputs(node, rows)
        else this.loop(node)
      }
    }
  }

  /** One symbolic step of a loop. */
  private rowLoop(node: Scan): RowLoop {
    node.states.forEach(({ name }, i) => name && this.names.set(node.next[i], name))
    const sequences = node.sequences.map((sequence) => this.value(sequence))
    const initial = node.initial.map((each) => this.value(each))
    const captured = node.captured.map((each) => this.value(each))
    node.body.variables.forEach((variable) => this.values.delete(variable))
    node.elements.forEach((element, i) =>
      this.give(element, { kind: 'element', sequence: sequences[i] }, sequences[i].name),
    )
    const states = node.states.map((state, at) =>
      this.give(state, { kind: 'loopState', at }, state.name ?? 'state'),
    )
    this.compute(node.body.variables)
    const next = node.next.map((each) => this.value(each))
    const collected = node.collected.map((each) => this.value(each))
    node.body.variables.forEach((variable) => this.values.delete(variable))
    const { length, reverse } = node
    return {
      length,
      reverse,
      rows: states[0].shape[0],
      sequences,
      initial,
      captured,
      states,
      next,
      collected,
    }
  }

  private giveOutputs(node: Scan, loop: RowLoop) {
    node.final.forEach((final, at) =>
      this.give(final, { kind: 'loop', loop, output: 'final', at }, loop.next[at].name),
    )
    node.stacked.forEach((stacked, at) =>
      this.give(stacked, { kind: 'loop', loop, output: 'stacked', at }, loop.collected[at].name),
    )
  }

  private loop(node: Scan) {
    const sequences = node.sequences.map((sequence) => this.value(sequence))
    node.states.forEach(({ name }, i) => name && this.names.set(node.next[i], name))
    const collected = node.collected.map(() => new Array<Value>(node.length))
    let states = node.initial.map((initial) => this.value(initial))
    for (let step = 0; step < node.length; step++) {
      const at = node.reverse ? node.length - 1 - step : step
      node.body.variables.forEach((variable) => this.values.delete(variable))
      node.elements.forEach((element, i) => this.values.set(element, this.element(sequences[i], at)))
      node.states.forEach((state, i) => this.values.set(state, states[i]))
      this.compute(node.body.variables)
      states = node.next.map((next) => this.value(next))
      node.collected.forEach((value, i) => (collected[i][at] = this.value(value)))
    }
    node.final.forEach((final, i) => this.values.set(final, states[i]))
    node.stacked.forEach((stacked, i) => {
      const elements = collected[i]
      this.give(stacked, { kind: 'stack', parts: elements.map(this.made), elements }, elements[0].name)
    })
  }

  /** What a kernel can write; what is there from the start is copied. */
  readonly made = (value: Value): Value => {
    const { source, shape, dtype, name } = value
    if (source.kind === 'apply' || source.kind === 'loop') return value
    return this.make(
      { kind: 'apply', op: 'reshape', attributes: { shape }, inputs: [value], shape, dtype },
      dtype,
      shape,
      name,
    )
  }

  private element(sequence: Value, at: number): Value {
    const { source, shape, name } = sequence
    if (source.kind === 'stack') return source.elements[at]
    const row = this.applied(
      'slice',
      { axis: 0, start: at, end: at + 1 },
      [sequence],
      [1, ...shape.slice(1)],
      sequence.dtype,
      name,
    )
    return this.applied('reshape', { shape: shape.slice(1) }, [row], shape.slice(1), sequence.dtype, name)
  }

  private apply<N extends OpName>(node: ApplyOf<N>, name = node.name as string): Value {
    const inputs = node.inputs.map((input) => this.value(input))
    const { dtype, shape } = node.output
    return this.applied(node.name, node.attributes, inputs, shape, dtype, name)
  }

  private applied<N extends OpName>(
    op: N,
    attributes: AppliedOf<N>['attributes'],
    inputs: readonly Value[],
    shape: Shape,
    dtype: DType,
    name: string,
  ): Value {
    const known = this.simplified(op, inputs, shape, dtype)
    if (known) return known
    const source: AppliedOf<N> = { kind: 'apply', op, attributes, inputs, shape, dtype }
    // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- one member of the union, by N
    return this.make(source as unknown as Source, dtype, shape, name)
  }

  /** What the first step of a loop that starts from zeros leaves nothing to do for. */
  private simplified(op: OpName, inputs: readonly Value[], shape: Shape, dtype: DType): Value | null {
    const is = (value: Value, number: number) =>
      value.source.kind === 'uniform' && value.source.number === number
    const uniform = (number: number) => this.make({ kind: 'uniform', number }, dtype, shape, 'constant')
    const [a, b] = inputs
    if (VIEWS.has(op) && a.source.kind === 'uniform') return uniform(a.source.number)
    if ((op === 'matmul' || op === 'multiply') && (is(a, 0) || is(b, 0))) return uniform(0)
    if (op === 'add' && is(a, 0) && sameShape(b.shape, shape)) return b
    if ((op === 'add' || op === 'subtract') && is(b, 0) && sameShape(a.shape, shape)) return a
    return null
  }

  private make(source: Source, dtype: DType, shape: Shape, name: string): Value {
    return { id: this.nextId++, source, dtype, shape, name }
  }
}
