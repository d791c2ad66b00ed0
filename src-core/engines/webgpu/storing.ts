import { sizeOf } from '../../graph/tensor'
import { COSTLY, MOVES, pointwise } from './lowering'
import { sourcesOf, type Value } from './value'

/** What an element costs where it is computed again. */
interface Cost {
  readonly loads: number
  readonly work: number
  /** Nodes one after the other. */
  readonly depth: number
}

const COSTLY_WORK = 4
const DEEPEST = 100
const NOTHING: Cost = { loads: 0, work: 0, depth: 0 }
const ONE_LOAD: Cost = { loads: 1, work: 0, depth: 0 }

/**
 * Which values that are computed element by element are written to memory: those that another kernel would have to
 * compute again at a price. Only what is fast depends on this choice; any choice is right.
 * @param order everything there is, oldest first.
 * @param wanted what must be in memory.
 * @param late what is computed after all else: the states' next values.
 */
export function valuesToStore(
  order: readonly Value[],
  wanted: ReadonlySet<Value>,
  late: readonly Value[],
): Set<Value> {
  const ready = readiness(order)
  const origin = origins(order)
  const readers = new Map<Value, Value[]>()
  for (const value of order)
    for (const source of sourcesOf(value)) readers.set(source, [...(readers.get(source) ?? []), value])
  const needed = lateOnly(order, late, readers)
  const isApart = (value: Value, reader: Value) =>
    isHeavy(reader) || ready(reader) > ready(value) || (needed.has(reader) && !needed.has(value))
  const crossing = new Set<Value>()
  for (const value of order) {
    const reading = readers.get(value) ?? []
    const once = reading.length === 1 && readsOnce(reading[0])
    if (!once && reading.some((reader) => isApart(value, reader))) crossing.add(origin(value))
  }
  const stored = new Set<Value>()
  const costs = new Map<Value, Cost>()
  for (const value of order) {
    const cost = costOf(value, costs)
    const reading = readers.get(value) ?? []
    const spreads = (reader: Value) =>
      sizeOf(reader.shape) >= 8 * sizeOf(value.shape) && cost.work >= COSTLY_WORK
    const worth =
      cost.depth > DEEPEST ||
      (cost.work > 0 && reading.some((reader) => isProduct(reader) || leadsToProduct(reader, readers))) ||
      (cost.work > 0 &&
        (cost.loads >= 2 || cost.work >= COSTLY_WORK) &&
        (crossing.has(value) || reading.some(spreads)))
    if (value.source.kind === 'apply' && (wanted.has(value) || (!isHeavy(value) && worth))) stored.add(value)
    costs.set(value, isHeavy(value) || stored.has(value) || isGiven(value) ? ONE_LOAD : cost)
  }
  return stored
}

/**
 * For what is cheaply computed of one value alone, that value: a gate's derivative is s - s², so s is what to store.
 */
function origins(order: readonly Value[]): (value: Value) => Value {
  const known = new Map<Value, Value>()
  const origin = (value: Value) => known.get(value) ?? value
  for (const value of order) {
    const { source } = value
    if (source.kind !== 'apply' || isHeavy(value) || COSTLY.has(source.op) || source.op === 'gather') continue
    const [first, ...others] = new Set(
      source.inputs.filter((input) => input.source.kind !== 'uniform').map(origin),
    )
    if (first && others.length === 0) known.set(value, origin(first))
  }
  return origin
}

const isProduct = ({ source }: Value) => source.kind === 'apply' && source.op === 'matmul'

export function isHeavy({ source }: Value): boolean {
  return source.kind === 'loop' || (source.kind === 'apply' && pointwise[source.op] === null)
}

/** Whether a kernel reads each element of its input once, so that it can as well compute it. */
function readsOnce({ source }: Value): boolean {
  return source.kind === 'apply' && ['sum', 'max', 'argmax', 'scatterAdd'].includes(source.op)
}

function isGiven({ source }: Value): boolean {
  return source.kind !== 'apply' && source.kind !== 'uniform'
}

/** Whether a view is a factor of a product, which reads its elements many times. */
function leadsToProduct(value: Value, readers: ReadonlyMap<Value, readonly Value[]>): boolean {
  const { source } = value
  if (source.kind !== 'apply' || !MOVES.has(source.op)) return false
  return (readers.get(value) ?? []).some((reader) => isProduct(reader) || leadsToProduct(reader, readers))
}

/** For each value a number that grows with the last kernel that it waits for. */
function readiness(order: readonly Value[]): (value: Value) => number {
  const ready = new Map<Value, number>()
  for (const value of order) {
    const sources = sourcesOf(value).map((source) => ready.get(source) ?? -1)
    ready.set(value, isHeavy(value) ? value.id : Math.max(-1, ...sources))
  }
  return (value) => ready.get(value) ?? -1
}

/** What serves the states' next values alone and can wait until the end; single numbers are rather made once, before. */
function lateOnly(
  order: readonly Value[],
  late: readonly Value[],
  readers: ReadonlyMap<Value, readonly Value[]>,
): Set<Value> {
  const only = new Set(late.filter((value) => !isHeavy(value)))
  for (const value of order.slice().reverse()) {
    const reading = readers.get(value) ?? []
    const waits = reading.length > 0 && reading.every((reader) => only.has(reader))
    if (waits && !isHeavy(value) && sizeOf(value.shape) > 1) only.add(value)
  }
  return only
}

function costOf(value: Value, costs: ReadonlyMap<Value, Cost>): Cost {
  const { source } = value
  if (source.kind === 'uniform') return NOTHING
  if (source.kind !== 'apply') return ONE_LOAD
  const inputs = [...new Set(source.inputs)].map((input) => costs.get(input) ?? ONE_LOAD)
  const own = MOVES.has(source.op) ? 0 : COSTLY.has(source.op) ? COSTLY_WORK : 1
  const sum = (of: (cost: Cost) => number) => inputs.reduce((total, cost) => total + of(cost), 0)
  return {
    loads: sum(({ loads }) => loads),
    work: own + sum(({ work }) => work),
    depth: 1 + Math.max(0, ...inputs.map(({ depth }) => depth)),
  }
}
