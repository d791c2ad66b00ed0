/** The types of a tensor's elements. `float32` is held as float64 by the reference engine. */
export type DType = 'float32' | 'int32' | 'bool'

/** Sizes along each axis, outermost first; `[]` is a scalar. */
export type Shape = readonly number[]

export type TensorData = Float32Array | Float64Array | Int32Array | Uint8Array

/** A concrete value, row-major. `bool` is held as 0 and 1 in a Uint8Array. */
export interface Tensor {
  readonly dtype: DType
  readonly shape: Shape
  readonly data: TensorData
}

/** Number of elements in a tensor of this shape. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1)
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis])
}

/** `[64, 256]`, as messages and printed graphs write it. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`
}

/** Elements between neighbours along each axis of a row-major tensor. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length)
  let stride = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride
    stride *= shape[axis]
  }
  return strides
}

export function float32(shape: Shape, data: Float32Array | readonly number[]): Tensor {
  return { dtype: 'float32', shape, data: data instanceof Float32Array ? data : Float32Array.from(data) }
}

export function int32(shape: Shape, data: Int32Array | readonly number[]): Tensor {
  return { dtype: 'int32', shape, data: data instanceof Int32Array ? data : Int32Array.from(data) }
}
