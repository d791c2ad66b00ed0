import { isElementwise } from '../../graph/elementwise'
import type { ApplyOf, OpName } from '../../graph/op'
import type { Scan } from '../../graph/scan'
import { uniformValue, type Variable } from '../../graph/variable'
import { lowerings, type Lowering } from './lowering'

/** Fewer rows than this leave nothing to gain. */
const FEWEST_ROWS = 8

/**
 * Whether all of a loop's step can be held in columns: matrices of one number of rows, products with a matrix
 * from outside, element-wise work, cutting and joining of columns.
 */
export function fitsColumns(node: Scan): boolean {
  const { body, elements, states } = node
  const rows = states[0]?.shape[0] ?? 0
  const isMatrix = ({ shape, dtype }: Variable) =>
    shape.length === 2 && shape[0] === rows && dtype !== 'int32'
  if (rows < FEWEST_ROWS || ![...elements, ...states, ...body.variables].every(isMatrix)) return false
  if (!node.next.every(body.has) || !node.collected.every(body.has)) return false
  let products = 0
  for (const { node: inner } of body.variables) {
    if (inner.kind !== 'apply') return false
    const { name, inputs, attributes } = inner
    if (name === 'matmul') {
      products++
      if (attributes.transposeA || !body.has(inputs[0]) || body.has(inputs[1])) return false
    } else if (name === 'slice' || name === 'concat') {
      if (attributes.axis !== 1 || !inputs.every(body.has)) return false
    } else if (!isElementwise(inner)) return false
  }
  return products > 0
}

/**
 * The steps of a loop with every matrix [R, C] held as [C, R]. A product h·W becomes Wᵀ·hᵀ: the weights are
 * then the left operand, which onnxruntime's products read as it lies, while it copies the right one into
 * packed form at every product (64 x 512 x 2048 on one Zen 4 core: 2.0 against 1.5 ms). Parts and joins along
 * the gates are then contiguous too.
 */
export class ColumnLoop {
  /** Names of the states as they are after the last step made. */
  states: readonly string[]
  /** The index of the step that is being made. */
  private at = 0
  private readonly names = new Map<Variable, string>()

  constructor(
    private readonly node: Scan,
    private readonly lowering: Lowering,
  ) {
    this.states = node.initial.map((initial) => this.outer(initial))
  }

  /** Makes the step at this index; returns the names of what is collected. */
  step(at: number): string[] {
    const { node, names } = this
    names.clear()
    this.at = at
    node.states.forEach((state, i) => names.set(state, this.states[i]))
    this.states = node.next.map(this.name)
    return node.collected.map(this.name)
  }

  private readonly name = (value: Variable): string => {
    const known = this.names.get(value)
    if (known !== undefined) return known
    const made = this.make(value)
    this.names.set(value, made)
    return made
  }

  private make(value: Variable): string {
    const { node } = value
    const place = this.node.elements.indexOf(value)
    if (place >= 0) return this.element(this.node.sequences[place])
    if (!this.node.body.has(value) || node.kind !== 'apply') return this.outer(value)
    const { builder } = this.lowering
    switch (node.name) {
      case 'matmul':
        return this.product(node, null)
      case 'add':
        return this.productWithSum(node) ?? this.elementwise(node)
      case 'slice': {
        const { start, end } = node.attributes
        const x = this.name(node.inputs[0])
        const bounds = [[start], [end], [0]].map((bound) => builder.int64(bound))
        return this.lowering.part(node, x, 0) ?? builder.node('Slice', [x, ...bounds])
      }
      case 'concat':
        return builder.node('Concat', node.inputs.map(this.name), { axis: 0 })
      default:
        return this.elementwise(node)
    }
  }

  private elementwise<N extends OpName>(node: ApplyOf<N>): string {
    return lowerings[node.name](node, { ...this.lowering, name: this.name })
  }

  private productWithSum({ inputs: [a, b] }: ApplyOf<'add'>): string | null {
    for (const [product, rest] of [
      [a, b],
      [b, a],
    ]) {
      const { node } = product
      const once = this.lowering.usedOnce(product) && this.node.body.has(rest)
      if (once && this.node.body.has(product) && node.kind === 'apply' && node.name === 'matmul') {
        return this.productOfBoth(node, rest) ?? this.product(node, this.name(rest))
      }
    }
    return null
  }

  /** Wᵀ·hᵀ, and what is added to it. */
  private product(
    { inputs: [h, w], attributes: { transposeB } }: ApplyOf<'matmul'>,
    sum: string | null,
  ): string {
    return this.lowering.builder.node('Gemm', [
      this.left(w, transposeB),
      this.name(h),
      ...(sum === null ? [] : [sum]),
    ])
  }

  /** [Wᵀ Vᵀ] · [h; x] for h·W + x·V where x·V comes from outside: one product instead of two and a sum. */
  private productOfBoth(
    { inputs: [h, w], attributes: { transposeB } }: ApplyOf<'matmul'>,
    element: Variable,
  ): string | null {
    const { builder, usedOnce } = this.lowering
    const place = this.node.elements.indexOf(element)
    const other = place >= 0 && usedOnce(element) ? productOfSequence(this.node.sequences[place]) : null
    // A wide x makes a weight matrix that leaves the cache: lstm2x512x40 390 ms apart, 448 joined.
    if (!other || other.x.shape[2] * 2 > h.shape[1]) return null
    const lefts = [this.left(w, transposeB), this.left(other.weights, other.transposeB)]
    const left = builder.node('Concat', lefts, { axis: 1 })
    const { name, columns } = this.factorAtStep(other.x)
    const right = builder.node('Concat', [this.name(h), columns ? name : builder.transpose(name)], {
      axis: 0,
    })
    return builder.node('Gemm', [left, right, ...this.column(other.bias)])
  }

  /** The weights as left operand. Transposing them once serves all steps. */
  private left(w: Variable, transposed: boolean): string {
    const { builder } = this.lowering
    return transposed ? this.lowering.name(w) : builder.transpose(this.lowering.name(w))
  }

  /** The element of a sequence [T, R, C] at this step, as [C, R]. */
  private element(sequence: Variable): string {
    const { builder, stepsOf, elements } = this.lowering
    const steps = stepsOf(sequence)
    if (steps?.columns) return steps.names[this.at]
    const product = productOfSequence(sequence)
    if (!product) return builder.transpose(elements(sequence)[this.at])
    // Made step by step after all: [C, R] comes out as the loop wants it, and in the cache.
    const { name, columns } = this.factorAtStep(product.x)
    const factors = [this.left(product.weights, product.transposeB), name]
    return builder.node('Gemm', [...factors, ...this.column(product.bias)], {
      transA: 0,
      transB: Number(!columns),
    })
  }

  /** What a product of a sequence reads at this step, as it is held. */
  private factorAtStep(x: Variable): { readonly name: string; readonly columns: boolean } {
    const steps = this.lowering.stepsOf(x)
    return steps?.columns
      ? { name: steps.names[this.at], columns: true }
      : { name: this.lowering.elements(x)[this.at], columns: false }
  }

  /** A row [C] to be added to columns, as an operand of a product; nothing where there is none. */
  private column(bias: Variable | null): string[] {
    const { builder, name } = this.lowering
    return bias ? [builder.reshape(name(bias), [bias.shape[0], 1])] : []
  }

  /** A value from outside the loop, so that it meets columns as it met rows. */
  private outer(value: Variable): string {
    const { builder, name } = this.lowering
    const { shape, dtype } = value
    const everywhere = uniformValue(value)
    if (everywhere !== null && dtype === 'float32') {
      const size = [...shape].reverse()
      return builder.float(
        size,
        new Float32Array(size.reduce((a, b) => a * b, 1)).fill(everywhere),
        String(everywhere),
      )
    }
    if (shape.length === 2) return builder.transpose(name(value))
    return shape.length === 1 ? builder.reshape(name(value), [shape[0], 1]) : name(value)
  }
}

interface ProductOfSequence {
  /** [T, R, K] */
  readonly x: Variable
  readonly weights: Variable
  readonly transposeB: boolean
  /** [C] */
  readonly bias: Variable | null
}

/** A sequence [T, R, C] as the product of all steps and the row added to it that it is, or null where it is none. */
function productOfSequence(sequence: Variable): ProductOfSequence | null {
  let bias: Variable | null = null
  let value = sequence
  for (;;) {
    const reshaped = inner(value, 'reshape')
    const sum = inner(value, 'add')
    const row = sum?.inputs.find(({ shape }) => shape.length === 1)
    if (reshaped) value = reshaped.inputs[0]
    else if (sum && row && !bias) {
      bias = row
      value = sum.inputs[sum.inputs[0] === row ? 1 : 0]
    } else break
  }
  const product = inner(value, 'matmul')
  const x = product && inner(product.inputs[0], 'reshape')?.inputs[0]
  if (!product || !x || product.attributes.transposeA || x.shape[0] !== sequence.shape[0]) return null
  return { x, weights: product.inputs[1], transposeB: product.attributes.transposeB, bias }
}

function inner<N extends 'reshape' | 'add' | 'matmul'>(value: Variable, name: N): ApplyOf<N> | null {
  const { node } = value
  return node.kind === 'apply' && isNamed(node, name) ? node : null
}

function isNamed<N extends OpName>(node: { readonly name: OpName }, name: N): node is ApplyOf<N> {
  return node.name === name
}
