import type { Scan } from '../../graph/scan'
import { pointwise } from './lowering'
import type { Value } from './value'

/** A loop whose rows do not look at each other: one kernel takes each row through all steps. */
export interface RowLoop {
  readonly length: number
  readonly reverse: boolean
  /** B */
  readonly rows: number
  readonly sequences: readonly Value[]
  readonly initial: readonly Value[]
  /** Values before the loop that its steps read. */
  readonly captured: readonly Value[]
  /** What a step computes from `element` and `loopState` values. */
  readonly states: readonly Value[]
  readonly next: readonly Value[]
  readonly collected: readonly Value[]
}

/** How loops run: step after step as dispatches of their own, or each row through all steps where that can be. */
export type LoopChoice = 'steps' | 'rows' | 'estimate'

/**
 * Factors of all products of a step, times rows, up to which rows go through the loop by themselves: each then reads
 * all weights at every step, which may take no longer than starting a dispatch (some 8 µs at some 3 TB/s).
 */
const MOST_READ = 6_000_000

/** Whether a loop may be a kernel of its own, as far as shapes and ops tell. */
export function suitsRows(node: Scan, choice: LoopChoice): boolean {
  if (choice === 'steps' || node.states.length === 0) return false
  const rows = node.states[0].shape[0]
  const isRow = ({ shape }: { shape: readonly number[] }) => shape.length === 2 && shape[0] === rows
  const { variables, has } = node.body
  const inBody = variables.every((variable) => {
    const { node: made } = variable
    if (made.kind !== 'apply') return false
    if (made.name !== 'matmul') return pointwise[made.name] !== null && variable.dtype !== 'int32'
    const [a, b] = made.inputs
    return isRow(variable) && has(a) && !has(b) && !made.attributes.transposeA
  })
  const read = variables.reduce((sum, { node: made }) => {
    if (made.kind !== 'apply' || made.name !== 'matmul') return sum
    const [depth, width] = made.inputs[1].shape
    return sum + depth * width
  }, 0)
  const floats = node.states.every(({ dtype }) => dtype === 'float32')
  const cheap = choice === 'rows' || rows * read <= MOST_READ
  return inBody && floats && cheap && [...node.states, ...node.collected].every(isRow)
}
