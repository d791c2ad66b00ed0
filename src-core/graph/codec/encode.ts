import { rootsOf, type Program } from '../program'
import { Scan } from '../scan'
import { inputsOf, uniformValue, type Variable } from '../variable'
import type { NodeData, ProgramData } from './program-data'

/** A program as data, to be made again by `decodeProgram` in another process. Loops stay loops. */
export function encodeProgram(program: Program): ProgramData {
  const { name, inputs, states, outputs, updates } = program
  const declared = [...inputs, ...states].map(({ variable }) => variable)
  const encoder = new Encoder()
  for (const value of everything([...declared, ...rootsOf(program)])) encoder.add(value)
  const place = (value: Variable) => encoder.place(value)
  return {
    name,
    nodes: encoder.nodes,
    inputs: inputs.map(({ variable, ...rest }) => ({ ...rest, variable: place(variable) })),
    states: states.map(({ variable, ...rest }) => ({ ...rest, variable: place(variable) })),
    outputs: mapped(outputs, place),
    updates: mapped(updates, place),
  }
}

/** All that the roots are computed from, loops' bodies included, oldest first. */
function everything(roots: readonly Variable[]): Variable[] {
  const found = new Set(roots)
  for (const value of found) {
    const { node } = value
    // Of a loop's body what its outputs that are used need, and nothing else.
    const within =
      node instanceof Scan
        ? [...node.sequences, ...node.initial, ...node.elements, ...node.states, ...node.next]
        : inputsOf(node)
    for (const each of within) found.add(each)
    const collected = collectedBy(value)
    if (collected) found.add(collected)
  }
  return [...found].sort((a, b) => a.id - b.id)
}

/** What a loop's stacked output has of every step; null for any other variable. */
function collectedBy(value: Variable): Variable | null {
  if (!(value.node instanceof Scan)) return null
  const at = value.node.stacked.indexOf(value)
  return at < 0 ? null : value.node.collected[at]
}

class Encoder {
  readonly nodes: NodeData[] = []
  private readonly places = new Map<Variable, number>()
  private readonly loops = new Map<Scan, number>()

  /** What it is computed from was added before. */
  add(value: Variable): void {
    const data = this.dataOf(value)
    this.places.set(value, this.nodes.length)
    this.nodes.push(data)
  }

  place(value: Variable): number {
    const found = this.places.get(value)
    if (found === undefined) throw new Error('A variable comes before what it is computed from.')
    return found
  }

  private dataOf(value: Variable): NodeData {
    const { node, name, dtype } = value
    const shape = [...value.shape]
    switch (node.kind) {
      case 'leaf':
        return { kind: 'leaf', ...(name === undefined ? {} : { name }), dtype, shape }
      case 'constant': {
        const everywhere = uniformValue(value)
        if (everywhere !== null && Number.isFinite(everywhere))
          return { kind: 'full', shape, value: everywhere }
        return { kind: 'constant', value: { dtype, shape, data: node.value.data } }
      }
      case 'apply':
        return {
          kind: 'apply',
          op: node.name,
          inputs: node.inputs.map((input) => this.place(input)),
          attributes: { ...node.attributes },
        }
      case 'scan': {
        const loop = this.loop(node)
        const collected = collectedBy(value)
        if (collected) return { kind: 'every', loop, value: this.place(collected) }
        return { kind: 'final', loop, state: node.final.indexOf(value) }
      }
    }
  }

  /** The place of a loop, which comes right before the first of its outputs. */
  private loop(node: Scan): number {
    const known = this.loops.get(node)
    if (known !== undefined) return known
    const places = (values: readonly Variable[]) => values.map((value) => this.place(value))
    this.nodes.push({
      kind: 'loop',
      length: node.length,
      reverse: node.reverse,
      sequences: places(node.sequences),
      elements: places(node.elements),
      initial: places(node.initial),
      states: places(node.states),
      next: places(node.next),
    })
    this.loops.set(node, this.nodes.length - 1)
    return this.nodes.length - 1
  }
}

function mapped<A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]))
}
