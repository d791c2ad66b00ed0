import type { OpName } from '../../graph/op'
import type { Shape } from '../../graph/tensor'
import type { Emitter } from './emitter'
import { constantIndex, flat, rangeOf, shifted, textOf, unflat, within, type Index } from './indices'
import type { AppliedOf, Value } from './value'

interface Element {
  /** A WGSL expression. */
  readonly text: string
  /** Whether it needs no name of its own: it is one already. */
  readonly plain: boolean
}

/** The element of an op's output at an index, from elements of its inputs. */
type Pointwise<N extends OpName> = (node: AppliedOf<N>, index: readonly Index[], emitter: Emitter) => Element

const named = (text: string): Element => ({ text, plain: true })
const computed = (text: string): Element => ({ text, plain: false })

/** The index into an input that is broadcast to the output. */
function broadcast({ shape }: Value, index: readonly Index[]): Index[] {
  const extra = index.length - shape.length
  return shape.map((size, axis) => (size === 1 ? constantIndex(0) : index[axis + extra]))
}

/** An op of elements, in terms of WGSL. */
function elements<N extends OpName>(write: (...operands: string[]) => string): Pointwise<N> {
  return ({ inputs }, index, emitter) =>
    computed(write(...inputs.map((input) => emitter.read(input, broadcast(input, index)))))
}

const resized = (index: readonly Index[], axis: number, changed: Index) =>
  index.map((each, i) => (i === axis ? changed : each))

/** A row of a table, named by data: what lies outside the table reads its last row. */
function rowOf(index: Value, at: readonly Index[], rows: number, emitter: Emitter): Index {
  const text = emitter.let(`min(u32(${emitter.read(index, at)}), ${rows - 1}u)`, 'row')
  return { constant: 0, terms: rows === 1 ? [] : [{ atom: { text, size: rows }, factor: 1 }] }
}

function reshaped(index: readonly Index[], from: Shape, to: Shape): Index[] {
  return unflat(flat(index, from), to)
}

/**
 * Every op whose elements each need few elements of its inputs, as WGSL; null for the ops that have a kernel of
 * their own (`kernels/`). Where the first are used, they are computed: in the kernel that reads or writes them.
 */
export const pointwise: { readonly [N in OpName]: Pointwise<N> | null } = {
  add: elements((a, b) => `${a} + ${b}`),
  subtract: elements((a, b) => `${a} - ${b}`),
  multiply: elements((a, b) => `${a} * ${b}`),
  divide: elements((a, b) => `${a} / ${b}`),
  maximum: elements((a, b) => `max(${a}, ${b})`),
  minimum: elements((a, b) => `min(${a}, ${b})`),
  greater: elements((a, b) => `${a} > ${b}`),
  equal: elements((a, b) => `${a} == ${b}`),
  where: elements((condition, a, b) => `select(${b}, ${a}, ${condition})`),
  negate: elements((x) => `-${x}`),
  cast: ({ inputs: [x], attributes: { to } }, index, emitter) => {
    const text = emitter.read(x, index)
    if (to === x.dtype) return named(text)
    if (to === 'bool') return computed(`${text} != ${x.dtype === 'int32' ? '0' : '0f'}`)
    return computed(`${to === 'float32' ? 'f32' : 'i32'}(${text})`)
  },
  exp: elements((x) => `exp(${x})`),
  log: elements((x) => `log(${x})`),
  sqrt: elements((x) => `sqrt(${x})`),
  abs: elements((x) => `abs(${x})`),
  sign: elements((x) => `sign(${x})`),
  tanh: elements((x) => `tanh_of(${x})`),
  sigmoid: elements((x) => `sigmoid_of(${x})`),
  hardSigmoid: elements((x) => `clamp(0.2f * ${x} + 0.5f, 0f, 1f)`),
  relu: elements((x) => `max(${x}, 0f)`),
  broadcastTo: ({ inputs: [x] }, index, emitter) => named(emitter.read(x, broadcast(x, index))),
  reshape: ({ inputs: [x], shape }, index, emitter) =>
    named(emitter.read(x, reshaped(index, shape, x.shape))),
  transpose: ({ inputs: [x], attributes: { permutation } }, index, emitter) =>
    named(
      emitter.read(
        x,
        x.shape.map((_, axis) => index[permutation.indexOf(axis)]),
      ),
    ),
  slice: ({ inputs: [x], attributes: { axis, start } }, index, emitter) =>
    named(emitter.read(x, resized(index, axis, shifted(index[axis], start)))),
  pad({ inputs: [x], attributes: { axis, before } }, index, emitter) {
    const moving = index[axis]
    const end = before + x.shape[axis]
    const inside = () => emitter.read(x, resized(index, axis, within(moving, before, x.shape[axis])))
    const [low, high] = rangeOf(moving)
    if (high < before || low >= end) return named('0f')
    if (low >= before && high < end) return named(inside())
    const condition = `${textOf(moving)} >= ${before}u && ${textOf(moving)} < ${end}u`
    return named(
      emitter.choose('float32', 'padded', [
        [condition, inside],
        [null, () => '0f'],
      ]),
    )
  },
  concat({ inputs, attributes: { axis }, dtype }, index, emitter) {
    const moving = index[axis]
    const [low, high] = rangeOf(moving)
    let start = 0
    const all = inputs.map((input) => {
      const from = start
      start += input.shape[axis]
      const value = () => emitter.read(input, resized(index, axis, within(moving, from, input.shape[axis])))
      return { from, end: start, value }
    })
    const possible = all.filter(({ from, end }) => low < end && high >= from)
    if (possible.length === 1) return named(possible[0].value())
    const branches = possible.map(({ end, value }, i) => {
      const last = i === possible.length - 1
      return [last ? null : `${textOf(moving)} < ${end}u`, value] as const
    })
    return named(emitter.choose(dtype, 'joined', branches))
  },
  gather({ inputs: [table, index] }, at, emitter) {
    const row = rowOf(index, at.slice(0, -1), table.shape[0], emitter)
    return named(emitter.read(table, [row, at[at.length - 1]]))
  },
  oneHot({ inputs: [index] }, at, emitter) {
    const place = emitter.read(index, at.slice(0, -1))
    return computed(`select(0f, 1f, u32(${place}) == ${textOf(at[at.length - 1])})`)
  },
  matmul: null,
  sum: null,
  max: null,
  argmax: null,
  scatterAdd: null,
  softmax: null,
  logSoftmax: null,
  crossEntropy: null,
}

/** Ops that move elements and compute nothing. */
export const MOVES: ReadonlySet<OpName> = new Set<OpName>([
  'broadcastTo',
  'reshape',
  'transpose',
  'slice',
  'concat',
  'pad',
  'gather',
])

/** Ops that cost many times what an addition does. */
export const COSTLY: ReadonlySet<OpName> = new Set<OpName>([
  'exp',
  'log',
  'sqrt',
  'tanh',
  'sigmoid',
  'divide',
])

/** Functions that kernels call. exp of what overflows is kept from arising: WGSL promises nothing of infinities. */
export const PRELUDE = `fn sigmoid_of(x: f32) -> f32 {
  return 1f / (1f + exp(-clamp(x, -80f, 80f)));
}
fn tanh_of(x: f32) -> f32 {
  return 1f - 2f / (exp(2f * clamp(x, -20f, 20f)) + 1f);
}`
