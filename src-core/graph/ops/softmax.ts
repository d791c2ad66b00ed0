import { allocate, apply, fail, type Op } from '../op'
import { sameShape, sizeOf, type TensorData } from '../tensor'
import type { Variable } from '../variable'
import { multiply, subtract } from './arithmetic'
import { reshape, sum } from './broadcast'
import { exp } from './unary'
import { oneHot } from './index-by'

const last = (x: Variable) => x.shape.length - 1
/** g [...] as [..., 1], to meet the classes. */
const column = (g: Variable) => reshape(g, [...g.shape, 1])

function checkClasses(op: 'softmax' | 'logSoftmax' | 'crossEntropy', inputs: readonly Variable[]) {
  const [x] = inputs
  if (x.dtype !== 'float32' || x.shape.length === 0)
    fail(op, inputs, 'takes float32 with classes along the last axis')
}

/** log softmax(x)_i = x_i - m - log Σ exp(x_j - m), m = max x, for each row of `classes` elements. */
function logSoftmaxRows(data: TensorData, classes: number): TensorData {
  const result = allocate('float32', data.length)
  for (let row = 0; row < data.length; row += classes) {
    let largest = -Infinity
    for (let i = row; i < row + classes; i++) largest = Math.max(largest, data[i])
    let total = 0
    for (let i = row; i < row + classes; i++) total += Math.exp(data[i] - largest)
    const logTotal = largest + Math.log(total)
    for (let i = row; i < row + classes; i++) result[i] = data[i] - logTotal
  }
  return result
}

const softmaxOp: Op<'softmax'> = {
  name: 'softmax',
  infer(inputs) {
    checkClasses('softmax', inputs)
    return inputs[0]
  },
  /** dx = y · (g - Σ g·y) */
  gradient: (g, { output: y }) => [multiply(y, subtract(g, column(sum(multiply(g, y), [last(y)]))))],
  evaluate: ([x]) => logSoftmaxRows(x.data, x.shape[x.shape.length - 1]).map(Math.exp),
  vectorize: ([x]) => softmax(x),
}

const logSoftmaxOp: Op<'logSoftmax'> = {
  name: 'logSoftmax',
  infer(inputs) {
    checkClasses('logSoftmax', inputs)
    return inputs[0]
  },
  /** dx = g - exp(y) · Σ g */
  gradient: (g, { output: y }) => [subtract(g, multiply(exp(y), column(sum(g, [last(y)]))))],
  evaluate: ([x]) => logSoftmaxRows(x.data, x.shape[x.shape.length - 1]),
  vectorize: ([x]) => logSoftmax(x),
}

const crossEntropyOp: Op<'crossEntropy'> = {
  name: 'crossEntropy',
  infer(inputs) {
    checkClasses('crossEntropy', inputs)
    const [logits, target] = inputs
    const rows = logits.shape.slice(0, -1)
    if (target.dtype !== 'int32' || !sameShape(target.shape, rows)) {
      fail('crossEntropy', inputs, 'takes an int32 class for each row of logits')
    }
    return { dtype: 'float32', shape: rows }
  },
  /** d/dlogits = (softmax(logits) - onehot(target)) · g */
  gradient(g, { inputs: [logits, target] }) {
    const classes = logits.shape[last(logits)]
    return [multiply(subtract(softmax(logits), oneHot(target, classes)), column(g)), null]
  },
  evaluate([logits, target], _attributes, { dtype, shape }) {
    const classes = logits.shape[logits.shape.length - 1]
    const logProbabilities = logSoftmaxRows(logits.data, classes)
    const data = allocate(dtype, sizeOf(shape))
    target.data.forEach((index, row) => (data[row] = -logProbabilities[row * classes + index]))
    return data
  },
  vectorize([logits, target], [logitsMapped, targetMapped]) {
    return logitsMapped && targetMapped ? crossEntropy(logits, target) : null
  },
}

/** Probabilities along the last axis. */
export const softmax = (x: Variable): Variable => apply(softmaxOp, [x], {})
/** Logarithms of the probabilities along the last axis, in nats. */
export const logSoftmax = (x: Variable): Variable => apply(logSoftmaxOp, [x], {})
/** -log softmax(logits [..., V])[target [...]], in nats: [...]. */
export const crossEntropy = (logits: Variable, target: Variable): Variable =>
  apply(crossEntropyOp, [logits, target], {})
