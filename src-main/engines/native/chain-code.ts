import { isElementwise, type ElementwiseName } from '../../../src-core/graph/elementwise'
import type { Apply, Variable } from '../../../src-core/graph/variable'
import { bitsOf, constantValue } from './arena'
import { CONSTANT, type ChainOp, type ChainStep } from './instructions'

/** An operation of a chain before registers are given out: sources are values or numbers. */
export interface Operation {
  readonly op: ChainOp
  readonly target: Variable
  readonly sources: readonly (Variable | number)[]
  /** The bits of the number among the sources. */
  readonly bits: number
}

/** The operation of every element-wise op; `null` where it depends on the types. */
const OPERATIONS: Readonly<Record<ElementwiseName, ChainOp | null>> = {
  add: 'add',
  subtract: 'subtract',
  multiply: 'multiply',
  divide: 'divide',
  maximum: 'maximum',
  minimum: 'minimum',
  greater: null,
  equal: null,
  where: 'select',
  negate: 'negate',
  cast: null,
  exp: 'exp',
  log: 'log',
  sqrt: 'sqrt',
  abs: 'abs',
  sign: 'sign',
  tanh: 'tanh',
  sigmoid: 'sigmoid',
  hardSigmoid: 'hardSigmoid',
  relu: 'relu',
}

function opOf(node: Apply): ChainOp {
  const [x] = node.inputs
  if (node.name === 'greater') return x.dtype === 'int32' ? 'greaterInt' : 'greater'
  if (node.name === 'equal') return x.dtype === 'int32' ? 'equalInt' : 'equal'
  if (node.name === 'cast') return castOp(x.dtype, node.attributes.to)
  const op = isElementwise(node) ? OPERATIONS[node.name] : null
  if (op === null) throw new Error(`${node.name} is no element-wise op.`)
  return op
}

function castOp(from: string, to: string): ChainOp {
  if (from === 'int32') return to === 'bool' ? 'intToBool' : to === 'int32' ? 'copy' : 'fromInt'
  if (to === 'int32') return 'toInt'
  return to === 'bool' && from !== 'bool' ? 'toBool' : 'copy'
}

/** An op as an operation; numbers known at compile time go into it, a second one by an operation before. */
export function operationOf(value: Variable, node: Apply): Operation {
  let bits: number | null = null
  const sources = node.inputs.map((input) => {
    const uniform = constantValue(input)
    if (uniform === null) return input
    const own = bitsOf(input.dtype, uniform)
    if (bits !== null && bits !== own) return input
    bits = own
    return uniform
  })
  return { op: opOf(node), target: value, sources, bits: bits ?? 0 }
}

/** A value that also has to stand in a register of memory, once nothing needs any more what stood there. */
export interface Delivery {
  readonly value: Variable
  readonly register: number
}

/**
 * Operations with registers: values that stand in memory have one each (`memory`), the rest get scratch tiles,
 * which are free again after the last reader.
 * @param first the first register of the scratch tiles.
 * @returns null where there are more scratch tiles than `most`.
 */
export function allocateRegisters(
  operations: readonly Operation[],
  memory: ReadonlyMap<Variable, number>,
  deliveries: readonly Delivery[],
  first: number,
  most: number,
): { readonly steps: ChainStep[]; readonly scratch: number } | null {
  const last = lastReaders(operations)
  deliveries.forEach(({ value }) => last.set(value, operations.length))
  const registers = new Map<Variable, number>(memory)
  const registerOf = (value: Variable): number => {
    const register = registers.get(value)
    if (register === undefined) throw new Error('A chain reads what it has not made.')
    return register
  }
  const free: number[] = []
  let scratch = 0
  const steps = operations.map(({ op, target, sources, bits }, at): ChainStep => {
    const read = sources.map((source) => (typeof source === 'number' ? CONSTANT : registerOf(source)))
    for (const source of new Set(sources))
      if (typeof source !== 'number' && !memory.has(source) && last.get(source) === at)
        free.push(registerOf(source))
    if (!registers.has(target)) registers.set(target, free.pop() ?? first + scratch++)
    if (!memory.has(target) && !last.has(target)) free.push(registerOf(target))
    return { op, target: registerOf(target), sources: read, constant: bits }
  })
  for (const { value, register } of deliveries)
    steps.push({ op: 'copy', target: register, sources: [registerOf(value)], constant: 0 })
  return scratch <= most ? { steps, scratch } : null
}

/** The operation that reads each value last. */
export function lastReaders(operations: readonly Operation[]): Map<Variable, number> {
  const last = new Map<Variable, number>()
  operations.forEach(({ sources }, at) =>
    sources.forEach((source) => typeof source !== 'number' && last.set(source, at)),
  )
  return last
}

/**
 * The operations in an order in which a value that overwrites another one in memory is made after the other's last
 * reader, where nothing needs it before.
 * @param overwritten the values in whose place a value has to stand.
 */
export function afterReaders(
  operations: readonly Operation[],
  overwritten: (value: Variable) => readonly Variable[],
): Operation[] {
  const ordered = [...operations]
  for (const operation of operations) {
    const old = overwritten(operation.target)
    const at = ordered.indexOf(operation)
    const last = lastIndexOf(ordered, ({ sources }) => old.some((each) => sources.includes(each)))
    const first = ordered.findIndex(({ sources }) => sources.includes(operation.target))
    if (last <= at || (first >= 0 && first <= last)) continue
    ordered.splice(at, 1)
    ordered.splice(last, 0, operation)
  }
  return ordered
}

function lastIndexOf<T>(values: readonly T[], test: (value: T) => boolean): number {
  for (let at = values.length - 1; at >= 0; at--) if (test(values[at])) return at
  return -1
}
