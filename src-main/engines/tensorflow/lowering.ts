import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core'
import type { ApplyOf, OpAttributes, OpName, Type } from '../../../src-core/graph/op'
import { sizeOf } from '../../../src-core/graph/tensor'

/** What every backend of TensorFlow.js is reached by; tfjs-node and tfjs-node-gpu export it whole. */
export type TensorFlow = typeof import('@tensorflow/tfjs-core')

/** What the lowering of one application may ask. */
export interface Application<N extends OpName> {
  readonly tf: TensorFlow
  readonly inputs: readonly Tensor[]
  readonly attributes: OpAttributes[N]
  readonly output: Type
}

/**
 * Makes the result of one application, as a tensor object of its own: also where nothing changes, it is never
 * one of the inputs, so that each can be disposed of once.
 */
type Lower<N extends OpName> = (application: Application<N>) => Tensor

export type Lowerings = { readonly [N in OpName]: Lower<N> }

type Unary = (x: Tensor) => Tensor
type Binary = (a: Tensor, b: Tensor) => Tensor

const unary =
  <N extends OpName>(of: (tf: TensorFlow) => Unary): Lower<N> =>
  ({ tf, inputs: [x] }) =>
    of(tf)(x)
const binary =
  <N extends OpName>(of: (tf: TensorFlow) => Binary): Lower<N> =>
  ({ tf, inputs: [a, b] }) =>
    of(tf)(a, b)

/** Up to this many elements a one-hot matrix costs less than a scatter, and adds in one order. */
const LARGEST_ONE_HOT = 1 << 20

/** Every op in terms of tfjs-core, so that it runs on any backend. */
export const lowerings: Lowerings = {
  add: binary((tf) => tf.add),
  subtract: binary((tf) => tf.sub),
  multiply: binary((tf) => tf.mul),
  divide: binary((tf) => tf.div),
  maximum: binary((tf) => tf.maximum),
  minimum: binary((tf) => tf.minimum),
  greater: binary((tf) => tf.greater),
  equal: binary((tf) => tf.equal),
  where: ({ tf, inputs: [condition, a, b] }) => tf.where(condition, a, b),
  negate: unary((tf) => tf.neg),
  cast: ({ tf, inputs: [x], attributes: { to } }) => tf.cast(x, to),
  exp: unary((tf) => tf.exp),
  log: unary((tf) => tf.log),
  sqrt: unary((tf) => tf.sqrt),
  abs: unary((tf) => tf.abs),
  sign: unary((tf) => tf.sign),
  tanh: unary((tf) => tf.tanh),
  sigmoid: unary((tf) => tf.sigmoid),
  hardSigmoid: ({ tf, inputs: [x] }) => tf.tidy(() => tf.clipByValue(tf.add(tf.mul(x, 0.2), 0.5), 0, 1)),
  relu: unary((tf) => tf.relu),
  matmul: ({ tf, inputs: [a, b], attributes: { transposeA, transposeB } }) =>
    tf.matMul(a, b, transposeA, transposeB),
  sum: ({ tf, inputs: [x], attributes: { axes } }) => tf.sum(x, [...axes]),
  max: ({ tf, inputs: [x], attributes: { axis } }) => tf.max(x, axis),
  argmax: ({ tf, inputs: [x], attributes: { axis } }) => tf.argMax(x, axis),
  broadcastTo: ({ tf, inputs: [x], attributes: { shape } }) => tf.broadcastTo(x, [...shape]),
  reshape: ({ tf, inputs: [x], attributes: { shape } }) => tf.reshape(x, [...shape]),
  transpose: ({ tf, inputs: [x], attributes: { permutation } }) => tf.transpose(x, [...permutation]),
  slice({ tf, inputs: [x], attributes: { axis, start, end } }) {
    const begin = x.shape.map((_, i) => (i === axis ? start : 0))
    return tf.slice(
      x,
      begin,
      x.shape.map((size, i) => (i === axis ? end - start : size)),
    )
  },
  pad: ({ tf, inputs: [x], attributes: { axis, before, after } }) =>
    tf.pad(
      x,
      x.shape.map((_, i) => (i === axis ? [before, after] : [0, 0])),
    ),
  concat: ({ tf, inputs, attributes: { axis } }) => tf.concat([...inputs], axis),
  gather: ({ tf, inputs: [table, index], output }) =>
    // Indices in one row: an index without axes is none for every backend.
    tf.tidy(() => tf.reshape(tf.gather(table, flat(tf, index)), [...output.shape])),
  scatterAdd: ({ tf, inputs: [index, values], attributes: { rows }, output: { shape } }) =>
    tf.tidy(() => {
      const count = sizeOf(index.shape)
      const flatValues: Tensor2D = tf.reshape(values, [count, shape[1]])
      if (rows * count > LARGEST_ONE_HOT) {
        return tf.scatterND(tf.reshape(index, [count, 1]), flatValues, [rows, shape[1]])
      }
      return tf.matMul(hot(tf, flat(tf, index), rows), flatValues, true)
    }),
  oneHot: ({ tf, inputs: [index], attributes: { depth } }) => hot(tf, index, depth),
  softmax: unary((tf) => tf.softmax),
  logSoftmax: unary((tf) => tf.logSoftmax),
  crossEntropy: ({ tf, inputs: [logits, target] }) =>
    tf.tidy(() => {
      const classes = logits.shape[logits.shape.length - 1]
      const picked = tf.mul(tf.logSoftmax(logits), hot(tf, target, classes))
      return tf.neg(tf.sum(picked, -1))
    }),
}

function flat(tf: TensorFlow, index: Tensor): Tensor {
  return tf.reshape(index, [sizeOf(index.shape)])
}

function hot(tf: TensorFlow, index: Tensor, depth: number): Tensor {
  return tf.oneHot(index, depth, 1, 0, 'float32')
}

/** One application by a table of lowerings. */
export function lower<N extends OpName>(
  table: Lowerings,
  tf: TensorFlow,
  { name, attributes, output }: ApplyOf<N>,
  inputs: readonly Tensor[],
): Tensor {
  return table[name]({ tf, inputs, attributes, output })
}
