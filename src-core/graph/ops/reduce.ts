import { allocate, apply, fail, type Op, type OpName } from '../op'
import { sizeOf, type Shape, type TensorData } from '../tensor'
import type { Variable } from '../variable'
import { cast, divide, equal, multiply, scale } from './arithmetic'
import { reshape, sum } from './broadcast'

function without(shape: Shape, axis: number): number[] {
  return shape.filter((_, i) => i !== axis)
}

function checkAxis(op: OpName, inputs: readonly Variable[], axis: number): Shape {
  const { dtype, shape } = inputs[0]
  if (dtype !== 'float32') fail(op, inputs, 'works on float32 only')
  if (axis < 0 || axis >= shape.length || shape[axis] === 0)
    fail(op, inputs, `has nothing along axis ${axis}`)
  return without(shape, axis)
}

/** For each place outside `axis`: the position of the largest element along it (the first of equals). */
function largest(
  data: TensorData,
  shape: Shape,
  axis: number,
  visit: (to: number, from: number, position: number) => void,
) {
  const inner = sizeOf(shape.slice(axis + 1))
  const length = shape[axis]
  const outer = sizeOf(shape.slice(0, axis))
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const start = o * length * inner + i
      let best = 0
      for (let k = 1; k < length; k++) if (data[start + k * inner] > data[start + best * inner]) best = k
      visit(o * inner + i, start + best * inner, best)
    }
  }
}

const maxOp: Op<'max'> = {
  name: 'max',
  infer: (inputs, { axis }) => ({ dtype: 'float32', shape: checkAxis('max', inputs, axis) }),
  /** Goes to the largest, in equal shares where several are. */
  gradient(g, { inputs: [x], output, attributes: { axis } }) {
    const kept = x.shape.map((size, i) => (i === axis ? 1 : size))
    const mask = cast(equal(x, reshape(output, kept)), 'float32')
    return [multiply(reshape(g, kept), divide(mask, reshape(sum(mask, [axis]), kept)))]
  },
  evaluate([x], { axis }, { dtype, shape }) {
    const data = allocate(dtype, sizeOf(shape))
    largest(x.data, x.shape, axis, (to, from) => (data[to] = x.data[from]))
    return data
  },
  vectorize: ([x], _mapped, { axis }) => max(x, axis + 1),
}

const argmaxOp: Op<'argmax'> = {
  name: 'argmax',
  infer: (inputs, { axis }) => ({ dtype: 'int32', shape: checkAxis('argmax', inputs, axis) }),
  gradient: () => [null],
  evaluate([x], { axis }, { dtype, shape }) {
    const data = allocate(dtype, sizeOf(shape))
    largest(x.data, x.shape, axis, (to, _from, position) => (data[to] = position))
    return data
  },
  vectorize: ([x], _mapped, { axis }) => argmax(x, axis + 1),
}

/** The largest along an axis, which the result lacks. */
export const max = (x: Variable, axis: number): Variable => apply(maxOp, [x], { axis })
/** The index of the largest along an axis, the first of equals, as int32. */
export const argmax = (x: Variable, axis: number): Variable => apply(argmaxOp, [x], { axis })

/** The mean over these axes (all of them where left out), which the result lacks. */
export function mean(x: Variable, axes: readonly number[] = x.shape.map((_, axis) => axis)): Variable {
  return scale(sum(x, axes), 1 / axes.reduce((count, axis) => count * x.shape[axis], 1))
}
