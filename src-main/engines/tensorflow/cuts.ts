import type { ApplyOf } from '../../../src-core/graph/op'
import type { Variable } from '../../../src-core/graph/variable'

/** Slices that together take all of a variable along one axis, in their order. */
export interface Cut {
  readonly source: Variable
  readonly axis: number
  readonly parts: readonly ApplyOf<'slice'>[]
}

/** The cuts among some variables, by each of their parts: one op makes the gates of a cell. */
export function findCuts(variables: readonly Variable[]): ReadonlyMap<Variable, Cut> {
  const slices = new Map<string, ApplyOf<'slice'>[]>()
  for (const { node } of variables) {
    if (node.kind !== 'apply' || node.name !== 'slice') continue
    const key = `${node.inputs[0].id} ${node.attributes.axis}`
    slices.set(key, [...(slices.get(key) ?? []), node])
  }
  const cuts = new Map<Variable, Cut>()
  for (const found of slices.values()) {
    const parts = found.sort((a, b) => a.attributes.start - b.attributes.start)
    const [{ inputs, attributes }] = parts
    const cut: Cut = { source: inputs[0], axis: attributes.axis, parts }
    if (isWhole(cut)) for (const { output } of parts) cuts.set(output, cut)
  }
  return cuts
}

function isWhole({ source, axis, parts }: Cut): boolean {
  const ends = [0, ...parts.map(({ attributes }) => attributes.end)]
  return (
    parts.every(({ attributes }, i) => attributes.start === ends[i]) &&
    ends[parts.length] === source.shape[axis]
  )
}
