import { append, type Diagram, isRecurrent } from './diagram'
import { inOrder } from './order'
import { listed, problem, type Problem } from './problem'
import type { Shape } from './schema'
import { sourcesOf, startShape } from './seen'

/** That nothing waits for itself. */
export function checkCycles(diagram: Diagram): Problem[] {
  return [...checkInBoxes(diagram), ...checkOutside(diagram), ...checkPools(diagram)]
}

function checkInBoxes(diagram: Diagram): Problem[] {
  const members = new Map<string, Shape[]>()
  for (const shape of diagram.document.shapes) {
    if (shape.box !== undefined && diagram.boxes.has(shape.box)) append(members, shape.box, shape)
  }
  return [...members].flatMap(([box, inside]) => {
    const within = (shape: Shape) => sourcesOf(diagram, shape).filter((source) => source.box === box)
    return inOrder(inside, within).cycles.map((cycle) => {
      const message = `In the box ${box} arrows go round from ${round(cycle.map((shape) => shape.id))} within one step. Only a self-arrow brings something back, and it brings the step before: take one of these arrows away.`
      return problem('cycle-in-box', message, marksOf(diagram, cycle))
    })
  })
}

/** Boxes count as one shape: what leaves a box has run through all its steps. */
function checkOutside(diagram: Diagram): Problem[] {
  const nodeOf = (shape: Shape) =>
    shape.box !== undefined && diagram.boxes.has(shape.box) ? `box ${shape.box}` : shape.id
  const members = new Map<string, Shape[]>()
  for (const shape of diagram.shapes.values()) append(members, nodeOf(shape), shape)
  const sources = (node: string) =>
    (members.get(node) ?? [])
      .flatMap((shape) => sourcesOf(diagram, shape))
      .map(nodeOf)
      .filter((source) => source !== node)
  return inOrder([...members.keys()], sources).cycles.map((cycle) => {
    const shapes = cycle.flatMap((node) => members.get(node) ?? [])
    const message = `Arrows go round from ${round(cycle)} outside a box. What comes back must wait for the next step: use a box with a self-arrow, or take one of these arrows away.`
    return problem('cycle-outside-box', message, marksOf(diagram, shapes))
  })
}

/**
 * A batch normalization after several circles takes its statistics from all of them together, so none of
 * them can wait for what it gives another. A pool stands for one such normalization, by its colour.
 */
function checkPools(diagram: Diagram): Problem[] {
  const pools = new Map<string, Shape[]>()
  for (const shape of diagram.shapes.values()) {
    const pool = poolOf(shape)
    if (pool !== null) append(pools, pool, shape)
  }
  const sources = (node: Shape | string): readonly (Shape | string)[] => {
    if (typeof node === 'string') return pools.get(node) ?? []
    const brought = diagram.into(node).flatMap((arrow): (Shape | string)[] => {
      const from = diagram.shapes.get(arrow.from)
      if (!from || from === node) return []
      return [(!isRecurrent(arrow) && poolOf(from)) || from]
    })
    return [...brought, startShape(diagram, node) ?? []].flat()
  }
  return inOrder<Shape | string>([...pools.keys(), ...diagram.shapes.values()], sources).cycles.flatMap(
    (cycle) => {
      const colors = cycle.filter((node) => typeof node === 'string')
      if (colors.length === 0) return []
      const shapes = colors.flatMap((color) => pools.get(color) ?? []).map((shape) => shape.id)
      const message = `Circles ${listed(shapes)} are normalized together (colour ${listed(colors)}), but one of them needs what the normalization gives another. Give them normalizations of different colours.`
      return [problem('normalized-together', message, { shapes, colors })]
    },
  )
}

function poolOf(shape: Shape): string | null {
  if (shape.kind !== 'circle' || shape.normalization === undefined) return null
  const { kind, place, color } = shape.normalization
  return kind === 'batch' && place === 'after' ? color : null
}

function round(names: readonly string[]): string {
  const shown = names.length > 8 ? [...names.slice(0, 7), '…'] : names
  return [...shown, names[0]].join(' to ')
}

function marksOf({ document }: Diagram, shapes: readonly Shape[]) {
  const ids = new Set(shapes.map((shape) => shape.id))
  const arrows = document.arrows.filter(({ from, to }) => from !== to && ids.has(from) && ids.has(to))
  return { shapes: [...ids], arrows: arrows.map((arrow) => arrow.id) }
}
