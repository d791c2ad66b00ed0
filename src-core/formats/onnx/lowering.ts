import type { ApplyOf, OpName } from '../../graph/op'
import { sizeOf } from '../../graph/tensor'
import type { Variable } from '../../graph/variable'
import type { OnnxBuilder } from './builder'

/** One value a step: as it is, [R, C], or in columns, [C, R]. */
export interface Steps {
  readonly names: readonly string[]
  readonly columns: boolean
}

/** What the lowering of one node may ask of the whole. */
export interface Lowering {
  readonly builder: OnnxBuilder
  /** The name of a variable's value. */
  readonly name: (value: Variable) => string
  /** The same elements in another shape, without a node where they are held in that shape. */
  readonly reshaped: (value: Variable, shape: readonly number[]) => string
  /** A matrix as a factor of a product, with whether what is named is its transpose. */
  readonly factor: (value: Variable) => { readonly name: string; readonly transposed: boolean }
  /** A stacked value [T, R, C] that is held in columns as [C, T · R], or null where it is not. */
  readonly flatColumnsOf: (value: Variable) => string | null
  /** A sequence [T, R, ...] as its T elements [R, ...]. */
  readonly elements: (sequence: Variable) => readonly string[]
  /** A stacked value as it is held, where it is held step by step. */
  readonly stepsOf: (value: Variable) => Steps | null
  readonly usedOnce: (value: Variable) => boolean
  /** The part of x that a slice takes, where slices cut all of x along the axis; else null. */
  readonly part: (node: ApplyOf<'slice'>, x: string, axis: number) => string | null
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
/** Up to this many classes a one-hot row is looked up in an identity matrix (1 MB). */
const LARGEST_IDENTITY = 512

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
  matmul: (node, lowering) => gemm(lowering, node, []),
  sum({ inputs: [x], attributes: { axes } }, { builder, name, flatColumnsOf }) {
    const columns = axes.length === 2 && axes[1] === 1 ? flatColumnsOf(x) : null
    const [from, along] = columns === null ? [name(x), axes] : [columns, [1]]
    return builder.node('ReduceSum', [from, builder.int64(along)], { keepdims: 0 })
  },
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
    const x = name(node.inputs[0])
    const bounds = [[start], [end], [axis]].map((bound) => builder.int64(bound))
    return part(node, x, axis) ?? builder.node('Slice', [x, ...bounds])
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
      return builder.node('Gemm', [hot(flat, rows, builder), flatValues], { transA: 1, transB: 0 })
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

/** A·B, and what is added to it, as one node. */
export function gemm(
  lowering: Lowering,
  { inputs, attributes }: ApplyOf<'matmul'>,
  added: readonly string[],
): string {
  const [a, b] = inputs.map(lowering.factor)
  return lowering.builder.node('Gemm', [a.name, b.name, ...added], {
    transA: Number(attributes.transposeA !== a.transposed),
    transB: Number(attributes.transposeB !== b.transposed),
  })
}

/** Rows of the identity are one-hot; onnxruntime's own OneHot takes ten times as long as this look-up. */
function hot(index: string, depth: number, builder: OnnxBuilder): string {
  if (depth <= LARGEST_IDENTITY) {
    const identity = Float32Array.from({ length: depth * depth }, (_, i) => (i % (depth + 1) === 0 ? 1 : 0))
    return builder.node('Gather', [builder.float([depth, depth], identity, 'identity'), index], { axis: 0 })
  }
  const depthName = builder.int32([], Int32Array.of(depth))
  return builder.node('OneHot', [index, depthName, builder.float([2], Float32Array.of(0, 1), '0 1')], {
    axis: -1,
  })
}
