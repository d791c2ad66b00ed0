import { sizeOf } from '../../graph/tensor'
import type { Kernel } from './kernels/kernel'
import type { Placement } from './placement'
import type { Unrolled } from './unroll'
import { sourcesOf, type Value } from './value'

/** Where a state's next value, or the part of a longer value that is it, goes. */
interface StateHome {
  readonly state: string
  readonly window?: readonly [first: number, size: number]
}

interface LateKernel {
  readonly kernel: Kernel
  readonly position: number
  readonly stores: { readonly value: Value; readonly homes: StateHome[] }[]
}

export interface Late {
  readonly kernels: readonly LateKernel[]
}

/**
 * The kernels of all states' next values, one after the other at the end and therefore in one dispatch. Values that
 * are computed of one another, such as a parameter and its moments, are one kernel's.
 */
export function findUpdates({ updates, states }: Unrolled, placement: Placement): Late {
  const homes = new Map<Value, StateHome[]>()
  for (const [state, value] of updates) {
    if (states.get(state) === value) continue
    const { base, first } = baseOf(value, placement)
    const size = sizeOf(value.shape)
    const window = size === sizeOf(base.shape) ? {} : { window: [first, size] as const }
    homes.set(base, [...(homes.get(base) ?? []), { state, ...window }])
  }
  const kernels: LateKernel[] = []
  for (const [value, own] of [...homes].sort(([a], [b]) => b.id - a.id)) {
    const store = { value, homes: own }
    const user = kernels.find(
      ({ kernel, position, stores }) =>
        stores.some((each) => computes(each.value, value, placement)) &&
        kernel.take(value, (domain, values) => placement.computes(domain, values, position)),
    )
    if (user) user.stores.push(store)
    else kernels.push({ ...placement.mapAtEnd(value), stores: [store] })
  }
  return { kernels }
}

/** A longer value that this one is a run of elements of, where that is not in memory already. */
function baseOf(value: Value, placement: Placement): { base: Value; first: number } {
  let [base, first] = [value, 0]
  for (;;) {
    const { source } = base
    if (source.kind !== 'apply' || placement.isPlaced(base)) break
    const [input] = source.inputs
    const through = source.op === 'reshape' || (source.op === 'slice' && source.attributes.axis === 0)
    if (!through || input.source.kind !== 'apply' || placement.isPlaced(input)) break
    if (source.op === 'slice') first += source.attributes.start * sizeOf(input.shape.slice(1))
    base = input
  }
  return { base, first }
}

/** Whether computing a value computes the other on the way. */
function computes(value: Value, other: Value, placement: Placement): boolean {
  const seen = new Set<Value>([value])
  for (const each of seen) {
    if (each === other) return true
    if (each.source.kind === 'apply' && (each === value || !placement.isPlaced(each)))
      sourcesOf(each).forEach((source) => seen.add(source))
  }
  return false
}
