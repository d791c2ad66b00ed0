import { inputsOf, type Variable } from '../../../src-core/graph/variable'
import { liveBody } from '../../../src-core/graph/rewrites/live'
import type { Scan } from '../../../src-core/graph/scan'
import { classify, type LoopUse } from './classify'
import { ItemGraph } from './item-graph'
import { baseOf, isViewOp, type DeliverItem, type Item, type LoopItem, type Target } from './items'
import { Kept } from './kept'
import { lowerChain } from './lower-chain'
import { lowerLoss, lowerOp } from './lower-ops'
import { lowerGradient, lowerProduct } from './lower-product'
import { rowsOf } from './rows'
import { Scope } from './scope'
import { reshapeView, sliceView, stepView, type View } from './view'

/**
 * The work of a scope as items, those that can be one instruction made one.
 * @param variables what is computed, oldest first.
 * @param roots what is asked for from outside.
 */
export function planScope(
  scope: Scope,
  variables: readonly Variable[],
  roots: readonly Variable[],
): ItemGraph {
  const { items, lookups } = classify(variables, roots, loopsOf(variables), scope.parent !== null)
  scope.readInPlace(lookups)
  const graph = new ItemGraph(items, new Set(roots.map(baseOf)))
  graph.fuse()
  return graph
}

/** Lowers the items of a scope, and brings values to where they are asked for. */
export function lowerScope(
  scope: Scope,
  variables: readonly Variable[],
  graph: ItemGraph,
  targets: readonly Target[],
) {
  const deliveries = targets.map((target) => deliver(target))
  deliveries.forEach((item) => graph.append(item))
  targets.forEach(({ overwrites }, i) => {
    if (overwrites) graph.putAfter(deliveries[i], readsFrom(overwrites))
  })
  for (const target of targets) offer(target.value, target.view, target.overwrites, graph, scope)
  for (const value of variables) offerParts(value, graph, scope)
  const items = graph.order()
  scope.occupancy.plan(items)
  for (const item of items) {
    lowerItem(item, scope)
    scope.occupancy.done(item)
  }
}

const readsFrom = (leaf: Variable) => (item: Item) => item.reads.some((read) => baseOf(read) === leaf)

function deliver({ value, view }: Target): DeliverItem {
  return { kind: 'deliver', makes: [], reads: [value], value, target: view }
}

/** Has a value made where it has to stand, where that is possible. */
function offer(
  value: Variable,
  home: () => View | null,
  overwrites: Variable | null,
  graph: ItemGraph,
  scope: Scope,
) {
  const { node } = value
  if (node.kind === 'apply' && node.name === 'reshape') {
    const [input] = node.inputs
    const shaped = () => {
      const view = home()
      return view && reshapeView(view, input.shape)
    }
    offer(input, shaped, overwrites, graph, scope)
    return
  }
  const maker = isViewOp(node) ? null : graph.makerOf(value)
  if (!maker) return
  if (overwrites && movesWithin(value, overwrites)) return
  if (overwrites && !graph.putAfter(maker, readsFrom(overwrites))) return
  scope.want(value, home)
}

/** Whether a value puts pieces of another one, as they are, elsewhere in its place. */
function movesWithin({ node }: Variable, old: Variable): boolean {
  return node.kind === 'apply' && node.name === 'concat' && node.inputs.some((input) => baseOf(input) === old)
}

/** Has the parts of a concatenation made in it. */
function offerParts(value: Variable, graph: ItemGraph, scope: Scope) {
  const { node } = value
  if (node.kind !== 'apply' || node.name !== 'concat') return
  const { axis } = node.attributes
  let start = 0
  for (const input of node.inputs) {
    const from = start
    const end = start + input.shape[axis]
    offer(input, () => sliceView(scope.room(value), axis, from, end), null, graph, scope)
    start = end
  }
}

function lowerItem(item: Item, scope: Scope) {
  switch (item.kind) {
    case 'chain': {
      lowerChain(item, scope)
      return
    }
    case 'product': {
      lowerProduct(item, scope)
      return
    }
    case 'gradient': {
      lowerGradient(item, scope)
      return
    }
    case 'loss': {
      lowerLoss(item, scope)
      return
    }
    case 'loop': {
      lowerLoop(item, scope)
      return
    }
    case 'op': {
      lowerOp(item, scope)
      return
    }
    case 'deliver': {
      const source = scope.viewOf(item.value)
      const target = item.target()
      if (!scope.standsAt(item.value, target)) scope.copy(source, target)
    }
  }
}

/** The loops among variables, with those of their outputs that are needed and what they read for these. */
function loopsOf(variables: readonly Variable[]): LoopUse[] {
  const outputs = new Map<Scan, Variable[]>()
  for (const value of variables) {
    if (value.node.kind !== 'scan') continue
    const known = outputs.get(value.node)
    if (known) known.push(value)
    else outputs.set(value.node, [value])
  }
  return [...outputs].map(([scan, used]) => ({ scan, outputs: used, reads: readsOf(scan, used) }))
}

function readsOf(scan: Scan, outputs: readonly Variable[]): Variable[] {
  const { all, states } = liveBody(scan, new Set(outputs))
  const sequences = scan.sequences.filter((_, k) => all.has(scan.elements[k]))
  const initial = states.map((i) => scan.initial[i])
  const captured = scan.captured.filter((value) => all.has(value))
  return [...new Set([...sequences, ...initial, ...captured])].filter((value) =>
    inputsOf(scan).includes(value),
  )
}

/**
 * A loop: its sequences are read step by step where they lie. A state that is kept of every step has a place for
 * each, from the initial one to the last, so that what came before a step and after it are views of one buffer;
 * another state is overwritten in its place.
 */
function lowerLoop(item: LoopItem, parent: Scope) {
  const { scan } = item
  const live = liveBody(scan, new Set(item.makes))
  const body = new Scope(parent.arena, parent, scan.body.has, item)
  scan.elements.forEach((element, k) => {
    if (live.all.has(element)) body.bind(element, stepView(parent.viewOf(scan.sequences[k])))
  })
  handOver(item, body, parent)
  const collected = scan.stacked.flatMap((stacked, j) =>
    item.makes.includes(stacked) ? [{ stacked, value: scan.collected[j] }] : [],
  )
  const values = collected.map(({ value }) => value)
  const next = live.states.map((i) => scan.next[i])
  const graph = planScope(body, live.variables, [...new Set([...next, ...values, ...values.map(baseOf)])])
  const kept = new Kept(item, live.states, parent, body, graph)
  kept.keep(collected)
  lowerScope(body, live.variables, graph, kept.targets)
  const { instructions } = body
  if (instructions.length === 0) return
  parent.emit({
    op: 'loop',
    length: scan.length,
    reverse: scan.reverse,
    rows: rowsOf(instructions, parent.arena.machine.threads),
    body: instructions,
  })
}

/** The body may write where sequences lie that nothing reads after the loop. */
function handOver(item: LoopItem, body: Scope, parent: Scope) {
  const { scan } = item
  // What is captured, or kept as it is, has to lie there after the step as well.
  const kept = scan.collected.flatMap((value, j) => {
    const element = item.makes.includes(scan.stacked[j]) ? scan.elements.indexOf(baseOf(value)) : -1
    return element < 0 ? [] : [scan.sequences[element]]
  })
  const lasting = [...scan.captured.filter((value) => item.reads.includes(value)), ...kept]
  const buffers = new Set(lasting.map((value) => parent.viewOf(baseOf(value)).buffer))
  for (const sequence of item.scan.sequences) {
    if (!item.reads.includes(sequence)) continue
    const { buffer } = parent.viewOf(sequence)
    if (!buffers.has(buffer) && parent.occupancy.isLastReader(buffer, item)) body.occupancy.handOver(buffer)
  }
}
