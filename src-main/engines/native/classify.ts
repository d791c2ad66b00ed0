import { isElementwise } from '../../../src-core/graph/elementwise'
import { sameShape, sizeOf } from '../../../src-core/graph/tensor'
import type { ApplyOf } from '../../../src-core/graph/op'
import type { Scan } from '../../../src-core/graph/scan'
import { inputsOf, uniformValue, type Apply, type Variable } from '../../../src-core/graph/variable'
import { widthOf, withoutReshapes } from './rewrites/columns'
import {
  baseOf,
  isViewOp,
  readersOf,
  type Item,
  type LossItem,
  type ProductItem,
  type Readers,
} from './items'

/** A loop's use in a scope: which of its outputs are needed, and what it reads for them. */
export interface LoopUse {
  readonly scan: Scan
  readonly outputs: readonly Variable[]
  readonly reads: readonly Variable[]
}

export interface Classified {
  readonly items: readonly Item[]
  /** Look-ups that nothing makes: chains read the rows where they lie. */
  readonly lookups: ReadonlySet<Variable>
}

/**
 * The work of a scope as items, each element-wise op one of its own yet.
 * @param variables all that is computed in the scope, oldest first, without what is bound from outside.
 * @param roots what is asked for from outside.
 */
export function classify(
  variables: readonly Variable[],
  roots: readonly Variable[],
  loops: readonly LoopUse[],
  inLoop: boolean,
): Classified {
  const computed = variables.filter(({ node }) => node.kind === 'apply' || node.kind === 'scan')
  const readers = readersOf(computed, [...roots, ...loops.flatMap(({ reads }) => reads)])
  const items: Item[] = []
  const taken = new Set<Variable>()
  const take = (item: Item | null, absorbed: readonly Variable[]) => {
    if (!item) return
    items.push(item)
    absorbed.forEach((value) => taken.add(value))
  }
  for (const value of computed) {
    const found = lossOf(value, computed, readers)
    if (found) take(found.item, found.absorbed)
  }
  for (const value of computed.slice().reverse()) {
    if (taken.has(value)) continue
    const found = productSumOf(value, readers, taken)
    if (found) take(found.item, found.absorbed)
  }
  const lookups = new Set(
    computed.filter((value) => inLoop && !taken.has(value) && isReadByChains(value, readers, taken)),
  )
  lookups.forEach((value) => taken.add(value))
  for (const { scan, outputs, reads } of loops) items.push({ kind: 'loop', scan, makes: outputs, reads })
  for (const value of computed) {
    const { node } = value
    if (node.kind !== 'apply' || taken.has(value) || isViewOp(value.node)) continue
    if (isElementwise(value.node))
      items.push({ kind: 'chain', makes: [value], reads: withTables(node.inputs, lookups) })
    else items.push(single(value, node))
  }
  return { items, lookups }
}

/** Whether only element-wise ops read a look-up, each row by row, all its columns or some of them. */
function isReadByChains(value: Variable, readers: Readers, taken: ReadonlySet<Variable>): boolean {
  const { node } = value
  if (node.kind !== 'apply' || node.name !== 'gather' || node.inputs[1].shape.length !== 1) return false
  const byChain = (read: Variable) => (reader: Variable | null) =>
    reader !== null && !taken.has(reader) && isElementwise(reader.node) && sameShape(reader.shape, read.shape)
  return (readers.get(value) ?? []).every((reader) => {
    if (byChain(value)(reader)) return true
    if (reader?.node.kind !== 'apply' || reader.node.name !== 'slice' || reader.node.attributes.axis !== 1)
      return false
    return widthOf(reader) > 1 && (readers.get(reader) ?? []).every(byChain(reader))
  })
}

/** What is read, with the tables and indices of what is looked up in place. */
function withTables(inputs: readonly Variable[], lookups: ReadonlySet<Variable>): Variable[] {
  return inputs.flatMap((input) => {
    const base = baseOf(input)
    return lookups.has(base) ? [input, ...inputsOf(base.node)] : [input]
  })
}

function single(value: Variable, node: Apply): Item {
  const makes = [value]
  const reads = inputsOf(node)
  if (node.name === 'matmul') {
    const { transposeA, transposeB } = node.attributes
    if (!transposeA) return { kind: 'product', makes, reads, product: node, init: null, lookup: null }
    if (!transposeB) {
      const [left, right] = node.inputs
      return { kind: 'gradient', makes, reads, right, parts: [{ output: value, left }] }
    }
  }
  return { kind: 'op', makes, reads, node }
}

interface Found<T> {
  readonly item: T
  readonly absorbed: readonly Variable[]
}

/** Whether only `reader` reads a value. */
const alone = (value: Variable, reader: Variable, readers: Readers) =>
  (readers.get(value) ?? []).every((each) => each === reader)

/** x + a·b, where nothing else reads the product. */
function productSumOf(
  value: Variable,
  readers: Readers,
  taken: ReadonlySet<Variable>,
): Found<ProductItem> | null {
  const { node } = value
  if (node.kind !== 'apply' || node.name !== 'add') return null
  const candidates = node.inputs
    .map((input, i) => ({
      input,
      other: node.inputs[1 - i],
      product: productOf(input, value, readers, taken),
    }))
    .filter(({ input, other }) => sameShape(input.shape, value.shape) && fitsInit(other, value))
    .sort((a, b) => (b.product?.output.id ?? 0) - (a.product?.output.id ?? 0))
  for (const { input, other, product } of candidates) {
    if (!product) continue
    const absorbed = [value]
    for (let each = input; each !== product.output && isViewOp(each.node); each = each.node.inputs[0])
      absorbed.push(each)
    absorbed.push(product.output)
    const lookup = lookedUp(other, product, value, readers, taken)
    if (lookup) absorbed.push(other)
    const reads = [...product.inputs, ...(lookup?.inputs ?? [other])]
    return { item: { kind: 'product', makes: [value], reads, product, init: other, lookup }, absorbed }
  }
  return null
}

function productOf(
  input: Variable,
  reader: Variable,
  readers: Readers,
  taken: ReadonlySet<Variable>,
): ApplyOf<'matmul'> | null {
  const base = withoutReshapes(input)
  const { node } = base
  if (node.kind !== 'apply' || node.name !== 'matmul' || node.attributes.transposeA || taken.has(base))
    return null
  if (widthOf(base) !== widthOf(input)) return null
  for (let each = input, by = reader; ;) {
    if (!alone(each, by, readers)) return null
    if (each === base || each.node.kind !== 'apply') return node
    by = each
    each = each.node.inputs[0]
  }
}

/** Rows of a table, which a product starts from where they lie. */
function lookedUp(
  init: Variable,
  sum: ApplyOf<'matmul'>,
  reader: Variable,
  readers: Readers,
  taken: ReadonlySet<Variable>,
): ApplyOf<'gather'> | null {
  const { node } = init
  if (node.kind !== 'apply' || node.name !== 'gather' || taken.has(init)) return null
  return sum.inputs[0].shape[1] > 0 && node.inputs[1].shape.length === 1 && alone(init, reader, readers)
    ? node
    : null
}

/** A product starts from a bias or from as many numbers as it has itself; from a constant it does not. */
function fitsInit(init: Variable, sum: Variable): boolean {
  if (init.dtype !== 'float32' || uniformValue(init) !== null) return false
  return sameShape(init.shape, sum.shape) || (init.shape.length === 1 && init.shape[0] === widthOf(sum))
}

/** (softmax(x) - onehot(t)) · scale, with the cross-entropy of x where there is one. */
function lossOf(value: Variable, all: readonly Variable[], readers: Readers): Found<LossItem> | null {
  const { node } = value
  if (node.kind !== 'apply' || node.name !== 'multiply') return null
  const [difference, scale] = node.inputs
  if (difference.node.kind !== 'apply' || difference.node.name !== 'subtract') return null
  if (!alone(difference, value, readers) || !sameShape(difference.shape, value.shape)) return null
  const [probabilities, hot] = difference.node.inputs.map((each) => each.node)
  if (probabilities.kind !== 'apply' || probabilities.name !== 'softmax') return null
  if (hot.kind !== 'apply' || hot.name !== 'oneHot' || hot.attributes.depth !== widthOf(value)) return null
  const perRow = widthOf(scale) === 1 && scale.shape.length === value.shape.length
  if (!(sizeOf(scale.shape) === 1 || (perRow && 1 === scale.shape[scale.shape.length - 1]))) return null
  const [logits] = probabilities.inputs
  const [targets] = hot.inputs
  const losses = all.find(
    ({ node: each }) =>
      each.kind === 'apply' &&
      each.name === 'crossEntropy' &&
      each.inputs[0] === logits &&
      each.inputs[1] === targets,
  )
  const absorbed = [value, difference, ...(losses ? [losses] : [])]
  for (const part of [probabilities.output, hot.output])
    if (alone(part, difference, readers)) absorbed.push(part)
  const makes = losses ? [value, losses] : [value]
  const reads = [logits, targets, scale]
  return {
    item: { kind: 'loss', makes, reads, logits, targets, losses: losses ?? null, gradient: value, scale },
    absorbed,
  }
}
