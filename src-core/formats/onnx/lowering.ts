import type { ApplyOf, OpName } from '../../graph/op'
import { sizeOf } from '../../graph/tensor'
import type { Variable } from '../../graph/variable'
import type { OnnxBuilder } from './builder'

/** What the lowering of one node may ask of the whole. */
export interface Lowering {
  readonly builder: OnnxBuilder
  /** The name of a variable's value. */
  name(value: Variable): string
  /** The same elements in another shape, without a node where they are held in that shape. */
  reshaped(value: Variable, shape: readonly number[]): string
  /** One of the parts that all of x is cut into along an axis, or null where it is not. */
  part(node: ApplyOf<'slice'>): string | null
}

type Lower<N extends OpName> = (node: ApplyOf<N>, lowering: Lowering) => string

/** A node of the same inputs under ONNX's own name. */
function direct<N extends OpName>(
  type: string,
  attributes: Parameters<OnnxBuilder['node']>[2] = {},
): Lower<N> {
  return ({ inputs }, { builder, name }) => builder.node(type, inputs.map(name), attributes)
}

const onnxTypes = { float32: 1, int32: 6, bool: 9 } as const

/** Beyond this many elements a one-hot matrix costs more than it saves. */
const LARGEST_ONE_HOT = 1 << 20

/** Every op in terms of ONNX's (opset 18). */
export const lowerings: { readonly [N in OpName]: Lower<N> } = {
  add: direct('Add'),
  subtract: direct('Sub'),
  multiply: direct('Mul'),
  divide: direct('Div'),
  maximum: direct('Max'),
  minimum: direct('Min'),
  greater: direct('Greater'),
  equal: direct('Equal'),
  where: direct('Where'),
  negate: direct('Neg'),
  cast: (node, lowering) => direct<'cast'>('Cast', { to: onnxTypes[node.attributes.to] })(node, lowering),
  exp: direct('Exp'),
  log: direct('Log'),
  sqrt: direct('Sqrt'),
  abs: direct('Abs'),
  sign: direct('Sign'),
  tanh: direct('Tanh'),
  sigmoid: direct('Sigmoid'),
  hardSigmoid: direct('HardSigmoid', { alpha: { float: 0.2 }, beta: { float: 0.5 } }),
  relu: direct('Relu'),
  matmul: ({ inputs, attributes }, { builder, name }) =>
    builder.node('Gemm', inputs.map(name), gemm(attributes)),
  sum: ({ inputs: [x], attributes: { axes } }, { builder, name }) =>
    builder.node('ReduceSum', [name(x), builder.int64(axes)], { keepdims: 0 }),
  max: ({ inputs: [x], attributes: { axis } }, { builder, name }) =>
    builder.node('ReduceMax', [name(x), builder.int64([axis])], { keepdims: 0 }),
  argmax: ({ inputs: [x], attributes: { axis } }, { builder, name }) =>
    builder.node('Cast', [builder.node('ArgMax', [name(x)], { axis, keepdims: 0 })], { to: onnxTypes.int32 }),
  broadcastTo: ({ inputs: [x], attributes: { shape } }, { builder, name }) =>
    builder.node('Expand', [name(x), builder.int64(shape)]),
  reshape: ({ inputs: [x], attributes: { shape } }, { reshaped }) => reshaped(x, shape),
  transpose: ({ inputs, attributes: { permutation } }, { builder, name }) =>
    builder.node('Transpose', inputs.map(name), { perm: permutation }),
  slice(node, { builder, name, part }) {
    const { axis, start, end } = node.attributes
    const bounds = [[start], [end], [axis]].map((bound) => builder.int64(bound))
    return part(node) ?? builder.node('Slice', [name(node.inputs[0]), ...bounds])
  },
  pad({ inputs: [x], attributes: { axis, before, after } }, { builder, name }) {
    const at = (amount: number) => x.shape.map((_, i) => (i === axis ? amount : 0))
    return builder.node('Pad', [name(x), builder.int64([...at(before), ...at(after)])])
  },
  concat: ({ inputs, attributes: { axis } }, { builder, name }) =>
    builder.node('Concat', inputs.map(name), { axis }),
  gather: direct('Gather', { axis: 0 }),
  scatterAdd({ inputs: [index, values], attributes: { rows } }, lowering) {
    const { builder, reshaped } = lowering
    const columns = values.shape[values.shape.length - 1]
    const count = sizeOf(index.shape)
    const flat = reshaped(index, [count])
    const flatValues = reshaped(values, [count, columns])
    // onehotᵀ·values goes to the product's fast kernel; a large table takes the op made for it.
    if (rows * count <= LARGEST_ONE_HOT) {
      return builder.node('Gemm', [hot(flat, rows, builder), flatValues], gemm({ transposeA: true }))
    }
    const wide = builder.node('Expand', [reshaped(index, [count, 1]), builder.int64([count, columns])])
    const zero = builder.node('Expand', [
      builder.float([], new Float32Array(1), '0'),
      builder.int64([rows, columns]),
    ])
    return builder.node('ScatterElements', [zero, wide, flatValues], { axis: 0, reduction: 'add' })
  },
  oneHot: ({ inputs: [index], attributes: { depth } }, { builder, name }) => hot(name(index), depth, builder),
  softmax: direct('Softmax', { axis: -1 }),
  logSoftmax: direct('LogSoftmax', { axis: -1 }),
  crossEntropy({ inputs: [logits, target], output }, { builder, name, reshaped }) {
    const logProbabilities = builder.node('LogSoftmax', [name(logits)], { axis: -1 })
    const axis = target.shape.length
    const picked = builder.node(
      'GatherElements',
      [logProbabilities, reshaped(target, [...target.shape, 1])],
      { axis },
    )
    return builder.node('Neg', [builder.reshape(picked, output.shape)])
  },
}

export function gemm({
  transposeA = false,
  transposeB = false,
}: {
  transposeA?: boolean
  transposeB?: boolean
}) {
  return { transA: Number(transposeA), transB: Number(transposeB) }
}

function hot(index: string, depth: number, builder: OnnxBuilder): string {
  const depthName = builder.int32([], Int32Array.of(depth))
  return builder.node('OneHot', [index, depthName, builder.float([2], Float32Array.of(0, 1), '0 1')], {
    axis: -1,
  })
}
