import { allocate, apply, fail, type Op } from '../op'
import { sameShape, sizeOf, stridesOf, type Shape } from '../tensor'
import type { Variable } from '../variable'

/** The shape that both broadcast to by NumPy's rule (aligned at the last axis), or null. */
export function broadcastShapes(a: Shape, b: Shape): Shape | null {
  const rank = Math.max(a.length, b.length)
  const shape = new Array<number>(rank)
  for (let i = 1; i <= rank; i++) {
    const x = a[a.length - i] ?? 1
    const y = b[b.length - i] ?? 1
    if (x !== y && x !== 1 && y !== 1) return null
    shape[rank - i] = x === 1 ? y : x
  }
  return shape
}

/** Strides that walk a tensor of shape `from` as if it had shape `to`: 0 along repeated axes. */
export function broadcastStrides(from: Shape, to: Shape): number[] {
  const strides = stridesOf(from)
  return to.map((_, axis) => {
    const own = axis - (to.length - from.length)
    return own < 0 || from[own] === 1 ? 0 : strides[own]
  })
}

/** Calls `visit` with the offset into the source for each element of `shape`, in row-major order. */
export function walk(shape: Shape, strides: readonly number[], visit: (offset: number, at: number) => void) {
  const size = sizeOf(shape)
  const index = new Array<number>(shape.length).fill(0)
  let offset = 0
  for (let at = 0; at < size; at++) {
    visit(offset, at)
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      offset += strides[axis]
      if (++index[axis] < shape[axis]) break
      offset -= strides[axis] * shape[axis]
      index[axis] = 0
    }
  }
}

/** With a leading axis for the steps, puts ones after it until the inner rank is `rank`. */
export function alignMapped(x: Variable, rank: number): Variable {
  const [length, ...inner] = x.shape
  return reshape(x, [length, ...new Array<number>(rank - inner.length).fill(1), ...inner])
}

const reshapeOp: Op<'reshape'> = {
  name: 'reshape',
  infer(inputs, { shape }) {
    const [x] = inputs
    if (sizeOf(x.shape) !== sizeOf(shape))
      fail('reshape', inputs, `cannot take the shape [${shape.join(', ')}]`)
    return { dtype: x.dtype, shape }
  },
  gradient: (g, { inputs: [x] }) => [reshape(g, x.shape)],
  evaluate: ([x]) => x.data.slice(),
  vectorize: ([x], _mapped, { shape }, length) => reshape(x, [length, ...shape]),
}

/** The same elements in another shape of the same size. */
export function reshape(x: Variable, shape: Shape): Variable {
  if (sameShape(x.shape, shape)) return x
  if (x.node.kind === 'apply' && x.node.name === 'reshape') return reshape(x.node.inputs[0], shape)
  return apply(reshapeOp, [x], { shape })
}

const broadcastToOp: Op<'broadcastTo'> = {
  name: 'broadcastTo',
  infer(inputs, { shape }) {
    const [x] = inputs
    const both = broadcastShapes(x.shape, shape)
    if (!both || !sameShape(both, shape))
      fail('broadcastTo', inputs, `cannot be repeated to [${shape.join(', ')}]`)
    return { dtype: x.dtype, shape }
  },
  gradient: (g, { inputs: [x] }) => [unbroadcast(g, x.shape)],
  evaluate([x], { shape }, { dtype }) {
    const result = allocate(dtype, sizeOf(shape))
    walk(shape, broadcastStrides(x.shape, shape), (from, at) => (result[at] = x.data[from]))
    return result
  },
  vectorize: ([x], _mapped, { shape }, length) =>
    broadcastTo(alignMapped(x, shape.length), [length, ...shape]),
}

/** Repeats a tensor along axes that it lacks or has with size 1. */
export function broadcastTo(x: Variable, shape: Shape): Variable {
  return sameShape(x.shape, shape) ? x : apply(broadcastToOp, [x], { shape })
}

const sumOp: Op<'sum'> = {
  name: 'sum',
  infer(inputs, { axes }) {
    const [x] = inputs
    if (x.dtype !== 'float32') fail('sum', inputs, 'sums float32 only')
    if (axes.some((axis) => axis < 0 || axis >= x.shape.length))
      fail('sum', inputs, `has no axes ${axes.join(', ')}`)
    return { dtype: 'float32', shape: x.shape.filter((_, axis) => !axes.includes(axis)) }
  },
  gradient(g, { inputs: [x], attributes: { axes } }) {
    const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
    return [broadcastTo(reshape(g, kept), x.shape)]
  },
  evaluate([x], { axes }, { dtype, shape }) {
    const result = allocate(dtype, sizeOf(shape))
    const outer = stridesOf(shape)
    let next = 0
    const strides = x.shape.map((_, axis) => (axes.includes(axis) ? 0 : outer[next++]))
    walk(x.shape, strides, (to, at) => (result[to] += x.data[at]))
    return result
  },
  vectorize: ([x], _mapped, { axes }) =>
    sum(
      x,
      axes.map((axis) => axis + 1),
    ),
}

/** Sum over these axes (all of them where left out), which the result then lacks. */
export function sum(x: Variable, axes: readonly number[] = x.shape.map((_, axis) => axis)): Variable {
  if (axes.length === 0) return x
  return apply(sumOp, [x], { axes: [...axes].sort((a, b) => a - b) })
}

/** The gradient of broadcasting: sums what was repeated, back to `shape`. */
export function unbroadcast(g: Variable, shape: Shape): Variable {
  const extra = g.shape.length - shape.length
  const axes = g.shape.flatMap((size, axis) =>
    axis < extra || (shape[axis - extra] === 1 && size !== 1) ? [axis] : [],
  )
  return reshape(sum(g, axes), shape)
}
