import { allocate, apply, fail, type Op, type Type } from '../op'
import { sameShape, sizeOf, type DType, type Tensor, type TensorData } from '../tensor'
import { scalar, uniformValue, zeros, type Variable } from '../variable'
import { alignMapped, broadcastShapes, broadcastStrides, unbroadcast, walk } from './broadcast'

type BinaryName = 'add' | 'subtract' | 'multiply' | 'divide' | 'maximum' | 'minimum' | 'greater' | 'equal'
type BinaryGradient = (
  g: Variable,
  a: Variable,
  b: Variable,
  output: Variable,
) => readonly [Variable, Variable] | null

/** Operands of an element-wise op for all steps of a loop: the mapped ones get the rank of the others. */
function aligned(inputs: readonly Variable[], mapped: readonly boolean[]): Variable[] {
  const rank = Math.max(...inputs.map(({ shape }, i) => shape.length - (mapped[i] ? 1 : 0)))
  return inputs.map((input, i) => (mapped[i] ? alignMapped(input, rank) : input))
}

/** Reads a tensor as if it were broadcast to `shape`. */
function expanded({ data, shape: from }: Tensor, shape: readonly number[]): (at: number) => number {
  if (sameShape(from, shape)) return (at) => data[at]
  if (data.length === 1) return () => data[0]
  const offsets = new Int32Array(sizeOf(shape))
  walk(shape, broadcastStrides(from, shape), (offset, at) => (offsets[at] = offset))
  return (at) => data[offsets[at]]
}

/** An element-wise op of two tensors with NumPy's broadcasting. */
function binary<N extends BinaryName>(
  name: N,
  result: 'float32' | 'bool',
  compute: (a: number, b: number) => number,
  gradient: BinaryGradient,
): Op<N> {
  const op: Op<N> = {
    name,
    infer(inputs) {
      const [a, b] = inputs
      if (a.dtype !== b.dtype) fail(name, inputs, 'both must have one dtype')
      if (result === 'float32' && a.dtype !== 'float32') fail(name, inputs, 'works on float32 only')
      const shape = broadcastShapes(a.shape, b.shape)
      if (!shape) fail(name, inputs, 'sizes must be equal or 1 along every axis, counted from the last')
      return { dtype: result, shape }
    },
    gradient(g, { inputs: [a, b], output }) {
      const both = gradient(g, a, b, output)
      return both ? [unbroadcast(both[0], a.shape), unbroadcast(both[1], b.shape)] : [null, null]
    },
    evaluate([a, b], _attributes, { dtype, shape }: Type): TensorData {
      const data = allocate(dtype, sizeOf(shape))
      const [x, y] = [expanded(a, shape), expanded(b, shape)]
      for (let i = 0; i < data.length; i++) data[i] = compute(x(i), y(i))
      return data
    },
    vectorize: (inputs, mapped, attributes) => apply(op, aligned(inputs, mapped), attributes),
  }
  return op
}

const addOp = binary(
  'add',
  'float32',
  (a, b) => a + b,
  (g) => [g, g],
)
const subtractOp = binary(
  'subtract',
  'float32',
  (a, b) => a - b,
  (g) => [g, negate(g)],
)
const multiplyOp = binary(
  'multiply',
  'float32',
  (a, b) => a * b,
  (g, a, b) => [multiply(g, b), multiply(g, a)],
)
/** d(a/b)/db = -(a/b)/b */
const divideOp = binary(
  'divide',
  'float32',
  (a, b) => a / b,
  (g, _a, b, y) => [divide(g, b), negate(divide(multiply(g, y), b))],
)
/** Where both are equal, the gradient goes to the first. */
const maximumOp = binary('maximum', 'float32', Math.max, (g, a, b) => {
  const second = greater(b, a)
  return [where(second, scalar(0), g), where(second, g, scalar(0))]
})
const minimumOp = binary('minimum', 'float32', Math.min, (g, a, b) => {
  const second = greater(a, b)
  return [where(second, scalar(0), g), where(second, g, scalar(0))]
})
const greaterOp = binary(
  'greater',
  'bool',
  (a, b) => Number(a > b),
  () => null,
)
const equalOp = binary(
  'equal',
  'bool',
  (a, b) => Number(a === b),
  () => null,
)

const whereOp: Op<'where'> = {
  name: 'where',
  infer(inputs) {
    const [condition, a, b] = inputs
    if (condition.dtype !== 'bool' || a.dtype !== b.dtype)
      fail('where', inputs, 'takes a bool and two of one dtype')
    const values = broadcastShapes(a.shape, b.shape)
    const shape = values && broadcastShapes(values, condition.shape)
    if (!shape) fail('where', inputs, 'sizes must be equal or 1 along every axis, counted from the last')
    return { dtype: a.dtype, shape }
  },
  gradient: (g, { inputs: [condition, a, b] }) => [
    null,
    unbroadcast(where(condition, g, scalar(0)), a.shape),
    unbroadcast(where(condition, scalar(0), g), b.shape),
  ],
  evaluate([condition, a, b], _attributes, { dtype, shape }) {
    const data = allocate(dtype, sizeOf(shape))
    const [c, x, y] = [expanded(condition, shape), expanded(a, shape), expanded(b, shape)]
    for (let i = 0; i < data.length; i++) data[i] = c(i) ? x(i) : y(i)
    return data
  },
  vectorize: (inputs, mapped, attributes) => apply(whereOp, aligned(inputs, mapped), attributes),
}

const negateOp: Op<'negate'> = {
  name: 'negate',
  infer(inputs) {
    if (inputs[0].dtype !== 'float32') fail('negate', inputs, 'works on float32 only')
    return inputs[0]
  },
  gradient: (g) => [negate(g)],
  evaluate: ([x]) => x.data.map((value) => -value),
  vectorize: ([x]) => negate(x),
}

const castOp: Op<'cast'> = {
  name: 'cast',
  infer: ([x], { to }) => ({ dtype: to, shape: x.shape }),
  gradient: () => [null],
  evaluate([x], { to }) {
    const data = allocate(to, x.data.length)
    for (let i = 0; i < data.length; i++) data[i] = to === 'bool' ? Number(x.data[i] !== 0) : x.data[i]
    return data
  },
  vectorize: ([x], _mapped, { to }) => cast(x, to),
}

const isAll = (x: Variable, value: number) => uniformValue(x) === value
/** True where `y` broadcast with `x` has x's own shape. */
const keepsShape = (x: Variable, y: Variable) => sameShape(broadcastShapes(x.shape, y.shape) ?? [], x.shape)

/** a + b */
export function add(a: Variable, b: Variable): Variable {
  if (isAll(a, 0) && keepsShape(b, a)) return b
  if (isAll(b, 0) && keepsShape(a, b)) return a
  return apply(addOp, [a, b], {})
}

/** a - b */
export function subtract(a: Variable, b: Variable): Variable {
  return isAll(b, 0) && keepsShape(a, b) ? a : apply(subtractOp, [a, b], {})
}

/** a · b, element by element */
export function multiply(a: Variable, b: Variable): Variable {
  if (isAll(a, 1) && keepsShape(b, a)) return b
  if (isAll(b, 1) && keepsShape(a, b)) return a
  const shape = broadcastShapes(a.shape, b.shape)
  if (shape && (isAll(a, 0) || isAll(b, 0))) return zeros(shape)
  return apply(multiplyOp, [a, b], {})
}

/** a / b, element by element */
export function divide(a: Variable, b: Variable): Variable {
  return isAll(b, 1) && keepsShape(a, b) ? a : apply(divideOp, [a, b], {})
}

export const maximum = (a: Variable, b: Variable): Variable => apply(maximumOp, [a, b], {})
export const minimum = (a: Variable, b: Variable): Variable => apply(minimumOp, [a, b], {})
/** a > b, as bool */
export const greater = (a: Variable, b: Variable): Variable => apply(greaterOp, [a, b], {})
/** a = b, as bool */
export const equal = (a: Variable, b: Variable): Variable => apply(equalOp, [a, b], {})
/** a where the condition holds, else b; all three broadcast. */
export const where = (condition: Variable, a: Variable, b: Variable): Variable =>
  apply(whereOp, [condition, a, b], {})
export const cast = (x: Variable, to: DType): Variable => (x.dtype === to ? x : apply(castOp, [x], { to }))

/** -x */
export function negate(x: Variable): Variable {
  return x.node.kind === 'apply' && x.node.name === 'negate' ? x.node.inputs[0] : apply(negateOp, [x], {})
}

/** x², c·x: shorthands that read better than products. */
export const square = (x: Variable): Variable => multiply(x, x)
export const scale = (x: Variable, factor: number): Variable => multiply(x, scalar(factor))
