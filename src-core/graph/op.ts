import { UnrollError } from '../errors'
import { formatShape, type DType, type Shape, type Tensor, type TensorData } from './tensor'
import { createVariable, type Variable } from './variable'

type None = Readonly<Record<string, never>>

/** Every op with its attributes. An engine's lowering is a total table over these names. */
export interface OpAttributes {
  add: None
  subtract: None
  multiply: None
  divide: None
  maximum: None
  minimum: None
  greater: None
  equal: None
  where: None
  negate: None
  cast: { readonly to: DType }
  exp: None
  log: None
  sqrt: None
  abs: None
  sign: None
  tanh: None
  sigmoid: None
  hardSigmoid: None
  relu: None
  matmul: { readonly transposeA: boolean; readonly transposeB: boolean }
  sum: { readonly axes: readonly number[] }
  max: { readonly axis: number }
  argmax: { readonly axis: number }
  broadcastTo: { readonly shape: Shape }
  reshape: { readonly shape: Shape }
  transpose: { readonly permutation: readonly number[] }
  slice: { readonly axis: number; readonly start: number; readonly end: number }
  pad: { readonly axis: number; readonly before: number; readonly after: number }
  concat: { readonly axis: number }
  gather: None
  scatterAdd: { readonly rows: number }
  oneHot: { readonly depth: number }
  softmax: None
  logSoftmax: None
  crossEntropy: None
}

export type OpName = keyof OpAttributes

export interface Type {
  readonly dtype: DType
  readonly shape: Shape
}

export interface ApplyOf<N extends OpName> {
  readonly kind: 'apply'
  readonly name: N
  readonly op: Op<N>
  readonly attributes: OpAttributes[N]
  readonly inputs: readonly Variable[]
  readonly output: Variable
}

/** All that the graph knows of an op; its family's file holds it in one place. */
export interface Op<N extends OpName> {
  readonly name: N
  /** The shape rule. Throws by `fail` where the inputs do not fit. */
  infer(inputs: readonly Variable[], attributes: OpAttributes[N]): Type
  /** dL/d(each input) from g = dL/d(output); null where nothing flows. */
  gradient(g: Variable, node: ApplyOf<N>): readonly (Variable | null)[]
  /** The output in float64, from inputs in float64. */
  evaluate(inputs: readonly Tensor[], attributes: OpAttributes[N], output: Type): TensorData
  /**
   * The op for all steps of a loop at once: inputs that are `mapped` have a leading axis of `length`, and so
   * has the result. Null where the op has no such form.
   */
  vectorize(
    inputs: readonly Variable[],
    mapped: readonly boolean[],
    attributes: OpAttributes[N],
    length: number,
  ): Variable | null
}

/** Applies an op to variables. @throws UnrollError `shape` with the op, the shapes and the rule. */
export function apply<N extends OpName>(
  op: Op<N>,
  inputs: readonly Variable[],
  attributes: OpAttributes[N],
): Variable {
  const { dtype, shape } = op.infer(inputs, attributes)
  const node: { -readonly [K in keyof ApplyOf<N>]?: ApplyOf<N>[K] } = {
    kind: 'apply',
    name: op.name,
    op,
    attributes,
    inputs,
  }
  // The node and its output name each other; the node is complete once the output is set.
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- one member of the union, by N
  const output = createVariable(node as never, dtype, shape)
  node.output = output
  return output
}

/** Ends a shape rule: names the op, the types of its inputs, and the rule that they break. */
export function fail(op: OpName, inputs: readonly Variable[], rule: string): never {
  const types = inputs.map(
    ({ dtype, shape, name }) => `${name ? name + ' ' : ''}${dtype}${formatShape(shape)}`,
  )
  throw new UnrollError('shape', `${op}(${types.join(', ')}): ${rule}.`, 'Give it inputs that fit this rule.')
}

/** Room for a result of the reference implementation, zeroed: float32 is held as float64. */
export function allocate(dtype: DType, size: number): TensorData {
  if (dtype === 'float32') return new Float64Array(size)
  return dtype === 'int32' ? new Int32Array(size) : new Uint8Array(size)
}
