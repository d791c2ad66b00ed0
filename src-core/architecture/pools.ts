import { append, type Diagram, isRecurrent } from './diagram'
import { inOrder } from './order'
import type { Shape } from './schema'
import { startShape } from './seen'

/**
 * A step in computing a network: a shape, or a pool, by its colour: all circles that one batch normalization
 * stands after take its statistics together, once all of them are computed.
 */
export type Computation = Shape | string

/** What a network is computed by, in an order in which it can be, and the cycles that prevent one. */
export function computationOrder(diagram: Diagram): { ordered: Computation[]; cycles: Computation[][] } {
  const pools = circlesByPool(diagram)
  const sources = (node: Computation): readonly Computation[] => {
    if (typeof node === 'string') return pools.get(node) ?? []
    const brought = diagram.into(node).flatMap((arrow): Computation[] => {
      const from = diagram.shapes.get(arrow.from)
      if (!from || from === node) return []
      return [(!isRecurrent(arrow) && poolOf(from)) || from]
    })
    const start = startShape(diagram, node)
    return start ? [...brought, start] : brought
  }
  return inOrder<Computation>([...pools.keys(), ...diagram.shapes.values()], sources)
}

export function circlesByPool(diagram: Diagram): Map<string, Shape[]> {
  const pools = new Map<string, Shape[]>()
  for (const shape of diagram.shapes.values()) {
    const pool = poolOf(shape)
    if (pool !== null) append(pools, pool, shape)
  }
  return pools
}

/** The colour of the batch normalization that stands after the shape. */
function poolOf(shape: Shape): string | null {
  if (shape.kind !== 'circle' || shape.normalization === undefined) return null
  const { kind, place, color } = shape.normalization
  return kind === 'batch' && place === 'after' ? color : null
}
