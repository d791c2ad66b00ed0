import type { ApplyOf, OpName } from './op'
import type { Variable } from './variable'

const NAMES = [
  'add',
  'subtract',
  'multiply',
  'divide',
  'maximum',
  'minimum',
  'greater',
  'equal',
  'where',
  'negate',
  'cast',
  'exp',
  'log',
  'sqrt',
  'abs',
  'sign',
  'tanh',
  'sigmoid',
  'hardSigmoid',
  'relu',
] as const satisfies readonly OpName[]

/** Ops whose output's element is made of the elements at the same place of the inputs, which broadcast. */
export type ElementwiseName = (typeof NAMES)[number]

const names: ReadonlySet<OpName> = new Set<OpName>(NAMES)

type Elementwise = { readonly [N in ElementwiseName]: ApplyOf<N> }[ElementwiseName]

export const isElementwise = (node: Variable['node']): node is Elementwise =>
  node.kind === 'apply' && names.has(node.name)
