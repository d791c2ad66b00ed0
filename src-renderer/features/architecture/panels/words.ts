import type { Architecture, Circle, Color } from '../../../../src-core/architecture/schema'
import type { Normalization } from '../model/change-kind'
import { NEW_COLOR } from '../model/colors'

/** A choice in a list. */
export interface Option<Value> {
  readonly value: Value
  readonly label: string
}

export const activations: readonly Option<Extract<Circle, { cell: 'plain' }>['activation']>[] = [
  { value: 'linear', label: 'linear' },
  { value: 'relu', label: 'relu' },
  { value: 'tanh', label: 'tanh' },
  { value: 'sigmoid', label: 'sigmoid' },
  { value: 'hard-sigmoid', label: 'hard sigmoid' },
  { value: 'softmax', label: 'softmax' },
]

export const cellActivations: readonly Option<Extract<Circle, { cell: 'lstm' }>['activation']>[] = [
  { value: 'tanh', label: 'tanh' },
  { value: 'linear', label: 'linear' },
  { value: 'relu', label: 'relu' },
  { value: 'sigmoid', label: 'sigmoid' },
  { value: 'hard-sigmoid', label: 'hard sigmoid' },
]

export const normalizations: readonly Option<Normalization['kind'] | 'none'>[] = [
  { value: 'none', label: 'no' },
  { value: 'batch', label: 'over the batch' },
  { value: 'layer', label: 'over the layer' },
]

export const initializations: readonly Option<Color['initialization']>[] = [
  { value: 'glorot', label: 'Glorot' },
  { value: 'identity', label: 'identity' },
  { value: 'orthogonal', label: 'orthogonal' },
  { value: 'uniform', label: 'uniform' },
  { value: 'zeros', label: 'zeros' },
]

export const biases: readonly Option<Color['bias']>[] = [
  { value: 'none', label: 'none' },
  { value: 'zeros', label: 'from zeros' },
  { value: 'ones', label: 'from ones' },
  { value: 'forget-one', label: '1 for the forget gate' },
]

export const dashNames: readonly Option<Color['dash']>[] = [
  { value: 'solid', label: 'solid' },
  { value: 'dashed', label: 'dashed' },
  { value: 'dotted', label: 'dotted' },
  { value: 'dash-dot', label: 'dash and dot' },
  { value: 'long-dash', label: 'long dashes' },
]

/** The document's colours to choose from, and new weights. */
export function colorOptions({ colors }: Pick<Architecture, 'colors'>): Option<string>[] {
  return [
    ...colors.map(({ id, letter }) => ({ value: id, label: `${letter} · ${id}` })),
    { value: NEW_COLOR, label: 'New weights' },
  ]
}

/** The largest size, window and share that a document may say. */
export const MAX_SIZE = 65_536
export const MAX_STEPS = 10_000
export const MAX_RATE = 0.99
