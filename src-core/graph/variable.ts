import type { ApplyOf, OpName } from './op'
import type { Scan } from './scan'
import { sizeOf, type DType, type Shape, type Tensor } from './tensor'

/** A symbolic tensor: what some node of the graph computes. Its shape is static. */
export interface Variable {
  /** Increases in the order of creation, so a variable's inputs have smaller ids. */
  readonly id: number
  readonly dtype: DType
  readonly shape: Shape
  readonly node: Node
  readonly name?: string
}

/** A value that comes from outside: a program's input or state, or the element of a loop at one step. */
export interface Leaf {
  readonly kind: 'leaf'
}

export interface Constant {
  readonly kind: 'constant'
  readonly value: Tensor
}

/** One application of an op; a union over all ops, told apart by `name`. */
export type Apply = { [N in OpName]: ApplyOf<N> }[OpName]

export type Node = Leaf | Constant | Apply | Scan

let nextId = 0

export function createVariable(node: Node, dtype: DType, shape: Shape, name?: string): Variable {
  return { id: nextId++, dtype, shape, node, ...(name === undefined ? {} : { name }) }
}

/** A leaf: what a program declares as an input or a state, or a loop as an element. */
export function variable(name: string, dtype: DType, shape: Shape): Variable {
  return createVariable({ kind: 'leaf' }, dtype, shape, name)
}

export function constant(value: Tensor): Variable {
  return createVariable({ kind: 'constant', value }, value.dtype, value.shape)
}

/** A float32 constant of this shape with one value everywhere. */
export function full(shape: Shape, value: number): Variable {
  return constant({ dtype: 'float32', shape, data: new Float64Array(sizeOf(shape)).fill(value) })
}

export function scalar(value: number): Variable {
  return full([], value)
}

export function zeros(shape: Shape): Variable {
  return full(shape, 0)
}

/** The value that a float constant has everywhere, or null for anything else. */
export function uniformValue({ node, dtype }: Variable): number | null {
  if (node.kind !== 'constant' || dtype !== 'float32') return null
  const { data } = node.value
  return data.length > 0 && data.every((value) => value === data[0]) ? data[0] : null
}

/** The variables that a node computes from, without those inside a loop's body. */
export function inputsOf(node: Node): readonly Variable[] {
  switch (node.kind) {
    case 'leaf':
    case 'constant':
      return []
    case 'apply':
      return node.inputs
    case 'scan':
      return [...node.sequences, ...node.initial, ...node.captured]
  }
}
