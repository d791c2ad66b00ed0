import { sizeOf } from '../../../src-core/graph/tensor'
import type { ApplyOf } from '../../../src-core/graph/op'
import type { Variable } from '../../../src-core/graph/variable'
import type { Init, Matrix } from './instructions'
import type { GradientItem, Item, ProductItem } from './items'
import type { Scope } from './scope'
import { turnsOf } from './turns'
import { broadcastView, matrixOf, type View } from './view'
import { packable } from './view-ops'

/** Up to so many rows a product is bound by reading its right operand, which is then not packed first. */
const FEW_ROWS = 4

/** a·b or init + a·b. */
export function lowerProduct(item: ProductItem, scope: Scope) {
  const [output] = item.makes
  const { product, init } = item
  const a = matrixOperand(scope.viewOf(product.inputs[0]), scope)
  const [m, k] = product.inputs[0].shape
  const n = product.output.shape[1]
  const initial = initOf(item, scope)
  const { matrix: c, after } = matrixTarget(
    scope.place(output, item, init && !item.lookup ? [init] : []),
    scope,
  )
  if (m * n === 0) return
  if (k === 0) {
    fillProduct(item, scope)
    return
  }
  const { transposeB } = product.attributes
  const turns = turnsOf(item, scope.loop)
  if (m <= FEW_ROWS) {
    const view = directOperand(product.inputs[1], scope)
    const [outer, inner] = view.strides
    const [rowStride, columnStride] = transposeB ? [inner, outer] : [outer, inner]
    scope.emit({ op: 'direct', m, n, k, a, b: view, rowStride, columnStride, c, init: initial, turns })
  } else {
    const b = scope.packed(product.inputs[1], k, n, transposeB)
    const { precision } = scope.arena.machine
    scope.emit({ op: 'product', precision, m, n, k, a, b, c, init: initial, turns })
  }
  after()
}

const NONE: Init = { kind: 'none' }

function initOf({ init, lookup, makes: [output] }: ProductItem, scope: Scope): Init {
  if (lookup) {
    const [table, index] = lookup.inputs
    const place = scope.contiguous(scope.viewOf(index))
    return {
      kind: 'gathered',
      index: place,
      table: matrixOperand(scope.viewOf(table), scope),
      rows: table.shape[0],
    }
  }
  if (init === null) return NONE
  const view = scope.viewOf(init)
  if (init.shape.length === 1 && output.shape.length > 1)
    return { kind: 'matrix', matrix: { ...rowOf(view, scope), stride: 0 } }
  return { kind: 'matrix', matrix: matrixOperand(view, scope) }
}

function rowOf(view: View, scope: Scope): View {
  return view.strides[0] === 1 || view.shape[0] === 1 ? view : scope.copied(view)
}

function directOperand(value: Variable, scope: Scope): View {
  const view = scope.viewOf(value)
  return packable(view) ? unitStrides(view) : scope.copied(view)
}

/** Strides of axes of size 1, which nothing walks, so that one stride is 1. */
function unitStrides(view: View): View {
  const { shape, strides } = view
  if (strides.includes(1)) return view
  return { ...view, strides: strides.map((stride, axis) => (shape[axis] === 1 ? 1 : stride)) }
}

/** The product of nothing is zero, or what it starts from. */
function fillProduct({ makes: [output], init }: ProductItem, scope: Scope) {
  const target = scope.viewOf(output)
  if (init) scope.copy(broadcastView(scope.viewOf(init), output.shape), target)
  else scope.clear(target)
}

/** A value as rows of contiguous columns, copied where it is not. */
export function matrixOperand(view: View, scope: Scope): Matrix {
  const found = matrixOf(view) ?? matrixOf(scope.copied(view))
  if (!found) throw new Error('A copied value has rows of columns.')
  return found.matrix
}

/** Room for a matrix to be written; copied to where it belongs afterwards if that has no rows of columns. */
export function matrixTarget(
  view: View,
  scope: Scope,
): { readonly matrix: Matrix; readonly after: () => void } {
  const found = matrixOf(view)
  if (found) return { matrix: found.matrix, after: () => undefined }
  const copy = scope.fresh('rows', view.dtype, view.shape)
  return { matrix: matrixOperand(copy, scope), after: () => scope.copy(copy, view) }
}

/** Products aᵀ·b and sums of rows of one b. */
export function lowerGradient(item: GradientItem, scope: Scope) {
  const [k, n] = item.right.shape
  const b = matrixOperand(scope.viewOf(item.right), scope)
  const finish: (() => void)[] = []
  const lefts = item.parts.flatMap(({ output, left }) => {
    const a = left && matrixOperand(scope.viewOf(left), scope)
    const { matrix: c, after } = matrixTarget(scope.place(output, item), scope)
    finish.push(after)
    return sizeOf(output.shape) === 0 ? [] : [{ m: left ? left.shape[1] : 1, a, c }]
  })
  if (k > 0 && lefts.length > 0)
    scope.emit({ op: 'gradient', precision: scope.arena.machine.precision, k, n, b, lefts })
  if (k === 0) for (const { c, m } of lefts) scope.emit({ op: 'fill', count: m * n, target: c, word: 0 })
  finish.forEach((after) => after())
}

/** aᵀ·bᵀ: the product of the transpose, made as such. */
export function lowerTransposed(node: ApplyOf<'matmul'>, item: Item, scope: Scope) {
  const [a, b] = node.inputs
  const [k, m] = a.shape
  const n = b.shape[0]
  const view = scope.viewOf(a)
  const turned: View = { ...view, shape: [m, k], strides: [view.strides[1], view.strides[0]] }
  const { matrix: c, after } = matrixTarget(scope.place(node.output, item), scope)
  if (m * n === 0) return
  if (k === 0) {
    scope.clear(scope.viewOf(node.output))
    return
  }
  const packed = scope.packed(b, k, n, true)
  scope.emit({
    op: 'product',
    precision: scope.arena.machine.precision,
    m,
    n,
    k,
    a: matrixOperand(turned, scope),
    b: packed,
    c,
    init: NONE,
    turns: 'all',
  })
  after()
}
