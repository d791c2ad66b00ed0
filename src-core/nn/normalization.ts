import { add, divide, mean, multiply, reshape, scale, sqrt, square, subtract } from '../graph/ops'
import { scalar, type Variable } from '../graph/variable'

/** Keras 1: epsilon 1e-3 inside the root, moving averages with momentum 0.99. */
const NORMALIZATION_EPSILON = 1e-3
const NORMALIZATION_MOMENTUM = 0.99

export interface ScaleAndShift {
  /** γ [F], starts at 1. */
  readonly gamma: Variable
  /** β [F], starts at 0. */
  readonly beta: Variable
}

export interface Moments {
  /** [F] */
  readonly mean: Variable
  /** [F], divided by the number of rows. */
  readonly variance: Variable
}

/** Mean and variance of x [..., F] over all but the last axis. */
export function moments(x: Variable): Moments {
  const axes = x.shape.slice(0, -1).map((_, axis) => axis)
  const average = mean(x, axes)
  return { mean: average, variance: mean(square(subtract(x, average)), axes) }
}

/**
 * γ · (x - mean) / √(variance + ε) + β, feature by feature (Ioffe and Szegedy 2015).
 * @param x [..., F]
 * @param by the moments of this batch while training, the moving ones otherwise.
 */
export function batchNormalize(x: Variable, { gamma, beta }: ScaleAndShift, by: Moments): Variable {
  const factor = divide(gamma, sqrt(add(by.variance, scalar(NORMALIZATION_EPSILON))))
  return add(multiply(subtract(x, by.mean), factor), beta)
}

/** The next moving average: m · old + (1 - m) · new. */
export function movingAverage(old: Variable, current: Variable): Variable {
  return add(scale(old, NORMALIZATION_MOMENTUM), scale(current, 1 - NORMALIZATION_MOMENTUM))
}

/** γ · (x - mean) / √(variance + ε) + β over the last axis of each row by itself (Ba, Kiros and Hinton 2016). */
export function layerNormalize(x: Variable, { gamma, beta }: ScaleAndShift): Variable {
  const last = x.shape.length - 1
  const column = (value: Variable) => reshape(value, [...x.shape.slice(0, -1), 1])
  const centred = subtract(x, column(mean(x, [last])))
  const variance = column(mean(square(centred), [last]))
  return add(multiply(divide(centred, sqrt(add(variance, scalar(NORMALIZATION_EPSILON)))), gamma), beta)
}
