import { allocate, apply, fail, type Op } from '../op'
import { sizeOf, stridesOf, type Shape } from '../tensor'
import type { Variable } from '../variable'
import { broadcastTo, reshape, walk } from './broadcast'

/** Sizes before, along and after an axis: a tensor as [outer, length, inner]. */
function around(shape: Shape, axis: number): [number, number, number] {
  return [sizeOf(shape.slice(0, axis)), shape[axis], sizeOf(shape.slice(axis + 1))]
}

const resized = (shape: Shape, axis: number, size: number) => shape.map((old, i) => (i === axis ? size : old))

const transposeOp: Op<'transpose'> = {
  name: 'transpose',
  infer(inputs, { permutation }) {
    const [x] = inputs
    const valid =
      x.shape.every((_, axis) => permutation.includes(axis)) && permutation.length === x.shape.length
    if (!valid) fail('transpose', inputs, `[${permutation.join(', ')}] does not name every axis once`)
    return { dtype: x.dtype, shape: permutation.map((axis) => x.shape[axis]) }
  },
  gradient: (g, { attributes: { permutation } }) => [
    transpose(
      g,
      permutation.map((_, axis) => permutation.indexOf(axis)),
    ),
  ],
  evaluate([x], { permutation }, { dtype, shape }) {
    const strides = stridesOf(x.shape)
    const data = allocate(dtype, x.data.length)
    walk(
      shape,
      permutation.map((axis) => strides[axis]),
      (from, at) => (data[at] = x.data[from]),
    )
    return data
  },
  vectorize: ([x], _mapped, { permutation }) => transpose(x, [0, ...permutation.map((axis) => axis + 1)]),
}

const sliceOp: Op<'slice'> = {
  name: 'slice',
  infer(inputs, { axis, start, end }) {
    const [x] = inputs
    if (!(axis < x.shape.length && 0 <= start && start < end && end <= x.shape[axis])) {
      fail('slice', inputs, `has no elements ${start} to ${end} along axis ${axis}`)
    }
    return { dtype: x.dtype, shape: resized(x.shape, axis, end - start) }
  },
  gradient: (g, { inputs: [x], attributes: { axis, start, end } }) => [
    pad(g, axis, start, x.shape[axis] - end),
  ],
  evaluate([x], { axis, start, end }, { dtype, shape }) {
    const [outer, length, inner] = around(x.shape, axis)
    const data = allocate(dtype, sizeOf(shape))
    const run = (end - start) * inner
    for (let o = 0; o < outer; o++) {
      const from = (o * length + start) * inner
      data.set(x.data.subarray(from, from + run), o * run)
    }
    return data
  },
  vectorize: ([x], _mapped, { axis, start, end }) => slice(x, axis + 1, start, end),
}

const padOp: Op<'pad'> = {
  name: 'pad',
  infer(inputs, { axis, before, after }) {
    const [x] = inputs
    if (x.dtype !== 'float32' || axis >= x.shape.length || before < 0 || after < 0) {
      fail('pad', inputs, `cannot take ${before} and ${after} zeros along axis ${axis}`)
    }
    return { dtype: 'float32', shape: resized(x.shape, axis, before + x.shape[axis] + after) }
  },
  gradient: (g, { inputs: [x], attributes: { axis, before } }) => [
    slice(g, axis, before, before + x.shape[axis]),
  ],
  evaluate([x], { axis, before }, { dtype, shape }) {
    const [outer, length, inner] = around(x.shape, axis)
    const data = allocate(dtype, sizeOf(shape))
    for (let o = 0; o < outer; o++) {
      const from = o * length * inner
      data.set(x.data.subarray(from, from + length * inner), (o * shape[axis] + before) * inner)
    }
    return data
  },
  vectorize: ([x], _mapped, { axis, before, after }) => pad(x, axis + 1, before, after),
}

const concatOp: Op<'concat'> = {
  name: 'concat',
  infer(inputs, { axis }) {
    const [first] = inputs
    const fits = inputs.every(
      ({ dtype, shape }) =>
        dtype === first.dtype &&
        shape.length === first.shape.length &&
        shape.every((size, i) => i === axis || size === first.shape[i]),
    )
    if (!fits || axis >= first.shape.length) fail('concat', inputs, `must be alike but along axis ${axis}`)
    const length = inputs.reduce((total, { shape }) => total + shape[axis], 0)
    return { dtype: first.dtype, shape: resized(first.shape, axis, length) }
  },
  gradient(g, { inputs, attributes: { axis } }) {
    let start = 0
    return inputs.map(({ shape }) => slice(g, axis, start, (start += shape[axis])))
  },
  evaluate(inputs, { axis }, { dtype, shape }) {
    const data = allocate(dtype, sizeOf(shape))
    const [outer, length, inner] = around(shape, axis)
    let before = 0
    for (const input of inputs) {
      const run = input.shape[axis] * inner
      for (let o = 0; o < outer; o++) {
        data.set(input.data.subarray(o * run, (o + 1) * run), o * length * inner + before)
      }
      before += run
    }
    return data
  },
  vectorize(inputs, mapped, { axis }, length) {
    const all = inputs.map((input, i) => (mapped[i] ? input : broadcastTo(input, [length, ...input.shape])))
    return concat(all, axis + 1)
  },
}

/** The axes in another order: axis i of the result is axis `permutation[i]` of x. */
export function transpose(x: Variable, permutation: readonly number[]): Variable {
  return permutation.every((axis, i) => axis === i) ? x : apply(transposeOp, [x], { permutation })
}

/** The elements from `start` to before `end` along an axis. */
export function slice(x: Variable, axis: number, start: number, end: number): Variable {
  return start === 0 && end === x.shape[axis] ? x : apply(sliceOp, [x], { axis, start, end })
}

/** Zeros before and after, along an axis. */
export function pad(x: Variable, axis: number, before: number, after: number): Variable {
  return before === 0 && after === 0 ? x : apply(padOp, [x], { axis, before, after })
}

/** One after the other along an axis. */
export function concat(inputs: readonly Variable[], axis: number): Variable {
  return inputs.length === 1 ? inputs[0] : apply(concatOp, inputs, { axis })
}

/** The element at `index` along an axis, which the result lacks. */
export function select(x: Variable, axis: number, index: number): Variable {
  const shape = x.shape.filter((_, i) => i !== axis)
  return reshape(slice(x, axis, index, index + 1), shape)
}
