import {
  add,
  concat,
  divide,
  exp,
  maximum,
  minimum,
  multiply,
  reshape,
  scale,
  slice,
  sqrt,
  square,
  subtract,
  sum,
} from '../graph/ops'
import type { ProgramState } from '../graph/program'
import { sizeOf } from '../graph/tensor'
import { scalar, variable, type Variable } from '../graph/variable'

/** Rates and decays as Keras 1 names and defaults them; the learning rate itself is an input of the program. */
export type OptimizerOptions =
  | { readonly kind: 'sgd' }
  | { readonly kind: 'momentum'; readonly momentum: number; readonly nesterov: boolean }
  | { readonly kind: 'rmsprop'; readonly decay: number; readonly epsilon: number }
  | { readonly kind: 'adam'; readonly beta1: number; readonly beta2: number; readonly epsilon: number }

export interface ClippingOptions {
  /** The largest norm of all gradients together; they are scaled down to it. */
  readonly norm?: number
  /** The largest size of any element of a gradient; applied after the norm. */
  readonly value?: number
}

export interface Trained {
  readonly name: string
  readonly parameter: Variable
  readonly gradient: Variable
}

export interface OptimizerStep {
  readonly states: readonly ProgramState[]
  /** Next values of the parameters and of the states, by name. */
  readonly updates: Readonly<Record<string, Variable>>
}

/** Elements up to which a parameter is updated with the others like it: a node costs more than its arithmetic there. */
const LARGEST_SMALL = 1 << 16

/**
 * One step of an optimiser over all parameters. Small ones are updated as one, and their moments are one row in
 * the parameters' order (`optimizer/<what>/small-parameters`).
 * @param learningRate float32 []
 */
export function optimizerStep(
  options: OptimizerOptions,
  trained: readonly Trained[],
  learningRate: Variable,
): OptimizerStep {
  const states: ProgramState[] = []
  const updates: Record<string, Variable> = {}
  const state = (name: string, shape: readonly number[], next: (old: Variable) => Variable): Variable => {
    const old = variable(name, 'float32', shape)
    states.push({ name, variable: old, role: 'optimizer' })
    return (updates[name] = next(old))
  }
  const rule = ruleOf(options, learningRate, state)
  const next = (each: Trained) => subtract(each.parameter, rule(each))
  const small = trained.filter(({ parameter }) => sizeOf(parameter.shape) <= LARGEST_SMALL)
  for (const each of trained) if (!small.includes(each)) updates[each.name] = next(each)
  Object.assign(updates, together(small, next))
  return { states, updates }
}

/** The next values of several parameters, computed as those of one long row. */
function together(small: readonly Trained[], next: (each: Trained) => Variable): Record<string, Variable> {
  if (small.length < 2) return Object.fromEntries(small.map((each) => [each.name, next(each)]))
  const row = (values: readonly Variable[]) =>
    concat(
      values.map((value) => reshape(value, [sizeOf(value.shape)])),
      0,
    )
  const all = next({
    name: 'small-parameters',
    parameter: row(small.map(({ parameter }) => parameter)),
    gradient: row(small.map(({ gradient }) => gradient)),
  })
  let start = 0
  return Object.fromEntries(
    small.map(({ name, parameter: { shape } }) => {
      const end = start + sizeOf(shape)
      const part = reshape(slice(all, 0, start, end), shape)
      start = end
      return [name, part]
    }),
  )
}

type MakeState = (name: string, shape: readonly number[], next: (old: Variable) => Variable) => Variable

/** What to take from a parameter. States are named `optimizer/<what>/<parameter>`. */
function ruleOf(options: OptimizerOptions, rate: Variable, state: MakeState): (each: Trained) => Variable {
  const mixed = (decay: number, value: Variable) => (old: Variable) =>
    add(scale(old, decay), scale(value, 1 - decay))
  const { kind } = options
  switch (kind) {
    case 'sgd':
      return ({ gradient }) => multiply(rate, gradient)
    // v' = μ·v + η·g; Nesterov takes μ·v' + η·g (Sutskever et al. 2013).
    case 'momentum':
      return ({ name, gradient: g }) => {
        const move = multiply(rate, g)
        const velocity = state(`optimizer/velocity/${name}`, g.shape, (old) =>
          add(scale(old, options.momentum), move),
        )
        return options.nesterov ? add(scale(velocity, options.momentum), move) : velocity
      }
    // a' = ρ·a + (1-ρ)·g²; takes η·g / (√a' + ε) (Tieleman and Hinton 2012).
    case 'rmsprop':
      return ({ name, gradient: g }) => {
        const average = state(`optimizer/square/${name}`, g.shape, mixed(options.decay, square(g)))
        return divide(multiply(rate, g), add(sqrt(average), scalar(options.epsilon)))
      }
    // m' = β₁m + (1-β₁)g, v' = β₂v + (1-β₂)g²; takes η·√(1-β₂ᵗ)/(1-β₁ᵗ) · m' / (√v' + ε) (Kingma and Ba 2015).
    case 'adam': {
      const { beta1, beta2, epsilon } = options
      const steps = state('optimizer/steps', [], (old) => add(old, scalar(1)))
      const without = (beta: number) => subtract(scalar(1), exp(scale(steps, Math.log(beta))))
      const corrected = divide(multiply(rate, sqrt(without(beta2))), without(beta1))
      return ({ name, gradient: g }) => {
        const mean = state(`optimizer/mean/${name}`, g.shape, mixed(beta1, g))
        const variance = state(`optimizer/variance/${name}`, g.shape, mixed(beta2, square(g)))
        return divide(multiply(corrected, mean), add(sqrt(variance), scalar(epsilon)))
      }
    }
  }
}

/** The gradients after clipping; as they came where nothing is set. */
export function clip(gradients: readonly Variable[], { norm, value }: ClippingOptions): readonly Variable[] {
  let clipped = gradients
  if (norm !== undefined && gradients.length > 0) {
    const total = sqrt(gradients.map((gradient) => sum(square(gradient))).reduce(add))
    const factor = divide(scalar(norm), maximum(total, scalar(norm)))
    clipped = clipped.map((gradient) => multiply(gradient, factor))
  }
  if (value !== undefined) {
    clipped = clipped.map((gradient) => maximum(minimum(gradient, scalar(value)), scalar(-value)))
  }
  return clipped
}
