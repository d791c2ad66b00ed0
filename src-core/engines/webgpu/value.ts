import type { OpAttributes, OpName } from '../../graph/op'
import type { DType, Shape, Tensor } from '../../graph/tensor'
import type { RowLoop } from './loop'

/** What a kernel computes, reads or writes: a variable of the program, one for each step where it is in a loop. */
export interface Value {
  /** Increases in the order of creation, so what a value is computed from has smaller ids. */
  readonly id: number
  readonly dtype: DType
  readonly shape: Shape
  /** Its name in the program, or that of the op that makes it. */
  readonly name: string
  readonly source: Source
}

export interface AppliedOf<N extends OpName> {
  readonly kind: 'apply'
  readonly op: N
  readonly attributes: OpAttributes[N]
  readonly inputs: readonly Value[]
  readonly shape: Shape
  readonly dtype: DType
}
export type Applied = { [N in OpName]: AppliedOf<N> }[OpName]

export type Source =
  | Applied
  /** In a buffer before the program runs. */
  | { readonly kind: 'input' | 'state'; readonly key: string }
  | { readonly kind: 'constant'; readonly tensor: Tensor }
  /** One number everywhere: it is written into the kernel. */
  | { readonly kind: 'uniform'; readonly number: number }
  /** The values of all steps of a loop under one another: [T, ...]. */
  | {
      readonly kind: 'stack'
      readonly parts: readonly Value[]
      /** The same, as a step of another loop reads them one by one. */
      readonly elements: readonly Value[]
    }
  /** What comes out of a loop that is a kernel of its own: states after the last step, or values of all steps. */
  | {
      readonly kind: 'loop'
      readonly loop: RowLoop
      readonly output: 'final' | 'stacked'
      readonly at: number
    }
  /** Inside such a loop: a sequence's element at the step at hand, a state before it. */
  | { readonly kind: 'element'; readonly sequence: Value }
  | { readonly kind: 'loopState'; readonly at: number }

/** The values that a value is computed from. */
export function sourcesOf({ source }: Value): readonly Value[] {
  if (source.kind === 'apply') return source.inputs
  if (source.kind === 'loop')
    return [...source.loop.sequences, ...source.loop.initial, ...source.loop.captured]
  return source.kind === 'stack' ? source.parts : []
}

/** Everything that the roots are computed from, oldest first. */
export function reachValues(roots: readonly Value[]): Value[] {
  const found = new Set<Value>(roots)
  for (const value of found) for (const source of sourcesOf(value)) found.add(source)
  return [...found].sort((a, b) => a.id - b.id)
}
