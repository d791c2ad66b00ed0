import type { ElementwiseName } from '../../../src-core/graph/elementwise'
import type { ApplyOf, OpName } from '../../../src-core/graph/op'
import { sizeOf, type Shape } from '../../../src-core/graph/tensor'
import type { Apply, Variable } from '../../../src-core/graph/variable'
import { constantValue, isEmpty } from './arena'
import type { Reduce } from './instructions'
import type { Item, LossItem, OpItem } from './items'
import { lowerTransposed, matrixOperand, matrixTarget } from './lower-product'
import type { Scope } from './scope'
import { isContiguous, reshapeView, sameView, sliceView, type View } from './view'

/** How an op that is an item of its own becomes instructions. */
type Lower<N extends OpName> = (node: ApplyOf<N>, item: Item, scope: Scope) => void

/** Ops of other kinds of items: chains, and views of what is there. */
type ElsewhereName = ElementwiseName | 'broadcastTo' | 'reshape' | 'transpose' | 'slice'

const lowerings: { readonly [N in Exclude<OpName, ElsewhereName>]: Lower<N> } = {
  matmul: lowerTransposed,
  sum: lowerSum,
  max: (node, item, scope) => lowerAlong('max', node.attributes.axis, node, item, scope),
  argmax: (node, item, scope) => lowerAlong('argmax', node.attributes.axis, node, item, scope),
  pad: lowerPad,
  concat: lowerConcat,
  gather: lowerGather,
  scatterAdd: lowerScatterAdd,
  oneHot: lowerOneHot,
  softmax: (node, item, scope) => lowerSoftmax(node, false, item, scope),
  logSoftmax: (node, item, scope) => lowerSoftmax(node, true, item, scope),
  crossEntropy: lowerCrossEntropy,
}

export function lowerOp(item: OpItem, scope: Scope) {
  const { node } = item
  if (isEmpty(node.output)) scope.place(node.output, item)
  else lowerNode(node, item, scope)
}

function lowerNode(node: Apply, item: Item, scope: Scope) {
  switch (node.name) {
    case 'matmul': {
      lowerings.matmul(node, item, scope)
      return
    }
    case 'sum': {
      lowerings.sum(node, item, scope)
      return
    }
    case 'max': {
      lowerings.max(node, item, scope)
      return
    }
    case 'argmax': {
      lowerings.argmax(node, item, scope)
      return
    }
    case 'pad': {
      lowerings.pad(node, item, scope)
      return
    }
    case 'concat': {
      lowerings.concat(node, item, scope)
      return
    }
    case 'gather': {
      lowerings.gather(node, item, scope)
      return
    }
    case 'scatterAdd': {
      lowerings.scatterAdd(node, item, scope)
      return
    }
    case 'oneHot': {
      lowerings.oneHot(node, item, scope)
      return
    }
    case 'softmax': {
      lowerings.softmax(node, item, scope)
      return
    }
    case 'logSoftmax': {
      lowerings.logSoftmax(node, item, scope)
      return
    }
    case 'crossEntropy': {
      lowerings.crossEntropy(node, item, scope)
      return
    }
    default:
      throw new Error(`${node.name} is no item of its own.`)
  }
}

/** Along axes that follow one another at once; further ones after that, from the last. */
function lowerSum(node: ApplyOf<'sum'>, item: Item, scope: Scope) {
  if (isEmpty(node.inputs[0])) {
    scope.clear(scope.place(node.output, item))
    return
  }
  let view = scope.contiguous(scope.viewOf(node.inputs[0]))
  const runs = runsOf(node.attributes.axes.filter((axis) => view.shape[axis] !== 1)).reverse()
  const target = scope.place(node.output, item)
  for (const { start, end } of runs) {
    const shape = view.shape.filter((_, axis) => axis < start || axis >= end)
    const y = scope.fresh(`${view.buffer.name} summed`, 'float32', shape)
    const onlyRun = runs.length === 1 && isContiguous(target)
    const result = onlyRun ? { ...target, shape } : y
    scope.emit(reduce('sum', view, start, end, result))
    // What is left of the axes stands where it stood, since the later ones go first.
    view = onlyRun ? target : y
  }
  const result = reshapeView(view, node.output.shape)
  if (result && !sameView(result, target)) scope.copy(result, target)
}

function runsOf(axes: readonly number[]): { start: number; end: number }[] {
  const runs: { start: number; end: number }[] = []
  for (const axis of axes) {
    const last = runs[runs.length - 1]
    if (last && last.end === axis) last.end = axis + 1
    else runs.push({ start: axis, end: axis + 1 })
  }
  return runs
}

function reduce(kind: Reduce['kind'], x: View, start: number, end: number, y: View): Reduce {
  const size = (from: number, to?: number) => sizeOf(x.shape.slice(from, to))
  return { op: 'reduce', kind, outer: size(0, start), n: size(start, end), inner: size(end), x, y }
}

function lowerAlong(
  kind: 'max' | 'argmax',
  axis: number,
  { inputs: [x], output }: { readonly inputs: readonly Variable[]; readonly output: Variable },
  item: Item,
  scope: Scope,
) {
  const view = scope.contiguous(scope.viewOf(x))
  inOneRow(scope.place(output, item), scope, (target) =>
    scope.emit(reduce(kind, view, axis, axis + 1, target)),
  )
}

/** Makes a value where it belongs if that is contiguous, else elsewhere and copies it. */
function inOneRow(target: View, scope: Scope, make: (target: View) => void) {
  const made = isContiguous(target) ? target : scope.fresh('result', target.dtype, target.shape)
  make(made)
  if (made !== target) scope.copy(made, target)
}

function lowerPad(node: ApplyOf<'pad'>, item: Item, scope: Scope) {
  const { axis, before } = node.attributes
  const [x] = node.inputs
  inOneRow(scope.place(node.output, item), scope, (target) => {
    scope.emit({ op: 'fill', count: sizeOf(target.shape), target, word: 0 })
    scope.copy(scope.viewOf(x), sliceView(target, axis, before, before + x.shape[axis]))
  })
}

/** Parts that were made in their places need no copy. */
function lowerConcat(node: ApplyOf<'concat'>, _item: Item, scope: Scope) {
  const target = scope.room(node.output)
  let start = 0
  for (const input of node.inputs) {
    const end = start + input.shape[node.attributes.axis]
    const part = sliceView(target, node.attributes.axis, start, end)
    const view = scope.viewOf(input)
    if (!scope.standsAt(input, part)) scope.copy(view, part)
    start = end
  }
  scope.bind(node.output, target)
}

/** Indices as one row of words. */
function indexOf(value: Variable, scope: Scope): View {
  return scope.contiguous(scope.viewOf(value))
}

function lowerGather(node: ApplyOf<'gather'>, item: Item, scope: Scope) {
  const [table, index] = node.inputs
  const { matrix: y, after } = matrixTarget(scope.place(node.output, item), scope)
  const [rows, columns] = table.shape
  const place = indexOf(index, scope)
  const matrix = matrixOperand(scope.viewOf(table), scope)
  scope.emit({ op: 'gather', n: sizeOf(index.shape), columns, index: place, table: matrix, rows, y })
  after()
}

function lowerScatterAdd(node: ApplyOf<'scatterAdd'>, item: Item, scope: Scope) {
  const [index, values] = node.inputs
  const [rows, columns] = node.output.shape
  const { matrix: y, after } = matrixTarget(scope.place(node.output, item), scope)
  const n = sizeOf(index.shape)
  const [place, x] = [indexOf(index, scope), matrixOperand(scope.viewOf(values), scope)]
  if (n > 0) scope.emit({ op: 'scatterAdd', n, columns, index: place, x, y, rows })
  else scope.emit({ op: 'fill', count: rows * columns, target: y, word: 0 })
  after()
}

function lowerOneHot(node: ApplyOf<'oneHot'>, item: Item, scope: Scope) {
  const [index] = node.inputs
  const { matrix: y, after } = matrixTarget(scope.place(node.output, item), scope)
  const { depth } = node.attributes
  scope.emit({ op: 'oneHot', n: sizeOf(index.shape), depth, index: indexOf(index, scope), y })
  after()
}

const classesOf = (shape: Shape) => shape[shape.length - 1]
const rowsOf = (shape: Shape) => sizeOf(shape.slice(0, -1))

function lowerSoftmax(
  { inputs: [x], output }: { readonly inputs: readonly Variable[]; readonly output: Variable },
  log: boolean,
  item: Item,
  scope: Scope,
) {
  const view = matrixOperand(scope.viewOf(x), scope)
  const { matrix: y, after } = matrixTarget(scope.place(output, item), scope)
  scope.emit({ op: 'softmax', rows: rowsOf(x.shape), classes: classesOf(x.shape), x: view, y, log })
  after()
}

function lowerCrossEntropy(node: ApplyOf<'crossEntropy'>, item: Item, scope: Scope) {
  const [x, target] = node.inputs
  const logits = matrixOperand(scope.viewOf(x), scope)
  const targets = indexOf(target, scope)
  const [rows, classes] = [rowsOf(x.shape), classesOf(x.shape)]
  inOneRow(scope.place(node.output, item), scope, (losses) =>
    scope.emit({ op: 'crossEntropy', rows, classes, logits, targets, losses, softmax: null, gradient: null }),
  )
}

/** Losses and their gradient in one pass, the gradient on the logits where nothing else reads them. */
export function lowerLoss(item: LossItem, scope: Scope) {
  const { logits, losses, gradient, scale } = item
  const [rows, classes] = [rowsOf(logits.shape), classesOf(logits.shape)]
  if (isEmpty(logits)) {
    item.makes.forEach((value) => void scope.place(value, item))
    return
  }
  const x = matrixOperand(scope.viewOf(logits), scope)
  const targets = indexOf(item.targets, scope)
  const one = sizeOf(scale.shape) === 1 || constantValue(scale) !== null
  const scales = one ? scope.viewOf(scale) : scope.contiguous(scope.viewOf(scale))
  const { matrix, after } = matrixTarget(scope.place(gradient, item, [logits]), scope)
  const into = { matrix, scale: scales, stride: one ? 0 : 1 }
  const emit = (target: View | null) =>
    scope.emit({
      ...{ op: 'crossEntropy', rows, classes, logits: x, targets },
      ...{ losses: target, softmax: null, gradient: into },
    })
  if (losses) inOneRow(scope.place(losses, item), scope, emit)
  else emit(null)
  after()
}
