import { Emitter, NotHere } from '../emitter'
import { atomIndex, constantIndex, plus, shifted, textOf, type Index } from '../indices'
import type { RowLoop } from '../loop'
import { Slots } from '../slots'
import type { AppliedOf, Value } from '../value'
import { elementsOf, piecesOf, sameIndex, SHARED, type Domain } from './kernel'
import { greatestDivisor } from './map'

const MOST_PARTS = 8

/** Part of a step, between two barriers: a product, if any, and what its threads can compute then. */
export interface Stage {
  readonly product: { readonly value: Value; readonly node: AppliedOf<'matmul'> } | null
  /** Columns of a thread lie this far apart. */
  readonly width: number
  readonly values: readonly Value[]
  /** Where in workgroup memory lies what earlier stages made. */
  readonly ready: ReadonlyMap<Value, number>
}

/** How a step is done: its stages, and where in workgroup memory each value lies that other threads read. */
export interface RowPlan {
  readonly stages: readonly Stage[]
  readonly shared: ReadonlyMap<Value, number>
  /** Floats of the states once; they are there twice, before and after the step. */
  readonly statesSize: number
  readonly size: number
}

export const row = (rows: number) => atomIndex({ text: 'row', size: rows })
export const stepOf = ({ length }: RowLoop) => atomIndex({ text: 't', size: length })
export const column = (width: number) => atomIndex({ text: 'n', size: width })

/** What a thread of a stage finishes. */
export function domainOf(loop: RowLoop, stage: Stage): Domain {
  const index = [row(loop.rows), column(stage.width)]
  return {
    shape: [loop.rows, stage.width],
    index,
    local: (value, at) => localOf(loop, stage, value, at),
  }
}

/** What a thread has of a value: the states and operands in workgroup memory, and its own results of the product. */
export function localOf(loop: RowLoop, stage: Stage, value: Value, index: readonly Index[]): string | null {
  const own = row(loop.rows)
  if (stage.product?.value === value) {
    for (let part = 0; part < value.shape[1] / stage.width; part++)
      if (sameIndex(index, [own, shifted(column(stage.width), part * stage.width)])) return `p${part}`
  }
  const at = stage.ready.get(value)
  const isState = value.source.kind === 'loopState'
  if (at === undefined && !isState) return null
  if (!sameIndex([index[0]], [own])) throw new NotHere(value.name)
  if (value.source.kind !== 'loopState')
    return `shared_f32[${textOf(plus(constantIndex(at ?? 0), index[1]))}]`
  const start = loop.states.slice(0, value.source.at).reduce((sum, { shape }) => sum + shape[1], 0)
  return `shared_f32[before + ${textOf(shifted(index[1], start))}]`
}

/** Whether a loop's steps can be done row by row in the workgroup memory that there is. */
export function fitsRows(loop: RowLoop): boolean {
  try {
    return planRows(loop).size <= SHARED
  } catch (error) {
    if (error instanceof NotHere) return false
    throw error
  }
}

/** @throws NotHere where a step needs what no stage of it has. */
export function planRows(loop: RowLoop): RowPlan {
  const products = productsOf(loop)
  const operands = products.map(({ node }) => node.inputs[0])
  const statesSize = loop.states.reduce((sum, { shape }) => sum + shape[1], 0)
  const shared = new Map<Value, number>()
  let size = 2 * statesSize
  for (const operand of new Set(operands)) {
    if (operand.source.kind === 'loopState') continue
    shared.set(operand, size)
    size += operand.shape[1]
  }
  const wanted = new Set([...shared.keys(), ...loop.next, ...loop.collected])
  const left = [...wanted].sort((a, b) => a.id - b.id)
  const stages: Stage[] = []
  for (const product of [null, ...products]) {
    // What this stage's product reads must have been made before it.
    if (product && left.includes(product.node.inputs[0])) throw new NotHere(product.value.name)
    const stage = fill(
      { product, width: product ? product.value.shape[1] : 0, values: [], ready: new Map() },
      left,
      loop,
      shared,
    )
    if (product || stage.values.length > 0) stages.push(stage)
  }
  if (left.length > 0) throw new NotHere(left[0].name)
  return { stages, shared, statesSize, size }
}

/** Gives a stage all values that its threads can compute, which are then no longer left. */
function fill(empty: Stage, left: Value[], loop: RowLoop, shared: ReadonlyMap<Value, number>): Stage {
  let stage = empty
  for (const value of left.slice()) {
    const last = value.shape[1]
    const widths = stage.width === 0 ? [last] : [stage.width, greatestDivisor(stage.width, last)]
    for (const width of widths) {
      const values = [...stage.values, value]
      const ready = new Map([...shared].filter(([each]) => !left.includes(each) && !values.includes(each)))
      const next: Stage = { ...stage, width, values, ready }
      const parts = stage.product ? stage.product.value.shape[1] / width : 1
      if (parts > MOST_PARTS || !canCompute(next, loop)) continue
      stage = next
      left.splice(left.indexOf(value), 1)
      break
    }
  }
  return stage
}

function canCompute(stage: Stage, loop: RowLoop): boolean {
  const domain = domainOf(loop, stage)
  const emitter = new Emitter(new Slots(), {
    isInMemory: ({ id, source }) => id < loop.states[0].id && source.kind !== 'element',
    local: domain.local,
    region: () => ({ pool: 'work_f32', size: 0, offset: 0 }),
    step: stepOf(loop),
  })
  try {
    for (const value of stage.values) {
      if (piecesOf(value, domain.shape) === 0) return false
      for (const index of elementsOf(value, domain)) emitter.read(value, index)
    }
    return true
  } catch (error) {
    if (error instanceof NotHere) return false
    throw error
  }
}

/** The products of a step, in an order in which they can be computed. */
function productsOf(loop: RowLoop): { value: Value; node: AppliedOf<'matmul'> }[] {
  const seen = new Set<Value>([...loop.next, ...loop.collected])
  for (const { source } of seen)
    if (source.kind === 'apply') source.inputs.forEach((input) => seen.add(input))
  const first = Math.min(...loop.states.map(({ id }) => id))
  return [...seen]
    .filter(({ id }) => id > first)
    .sort((a, b) => a.id - b.id)
    .flatMap((value) =>
      value.source.kind === 'apply' && value.source.op === 'matmul' ? [{ value, node: value.source }] : [],
    )
}
