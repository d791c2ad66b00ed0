import { hardSigmoid, relu, sigmoid, softmax, tanh } from '../graph/ops'
import type { Variable } from '../graph/variable'

const functions = {
  linear: (x: Variable) => x,
  relu,
  tanh,
  sigmoid,
  'hard-sigmoid': hardSigmoid,
  /** Over the last axis. */
  softmax,
} as const

/** The activations by the names that a diagram uses. */
export type ActivationName = keyof typeof functions

/** Applies an activation, element by element (softmax: over the last axis). */
export function activate(name: ActivationName, x: Variable): Variable {
  return functions[name](x)
}
