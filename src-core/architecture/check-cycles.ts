import { append, type Diagram } from './diagram'
import { inOrder } from './order'
import { circlesByPool, computationOrder } from './pools'
import { listed, problem, type Problem } from './problem'
import type { Shape } from './schema'
import { sourcesOf } from './seen'

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

/** That no circle waits for what the normalization that it shares gives another. */
function checkPools(diagram: Diagram): Problem[] {
  const pools = circlesByPool(diagram)
  return computationOrder(diagram).cycles.flatMap((cycle) => {
    const colors = cycle.filter((node) => typeof node === 'string')
    if (colors.length === 0) return []
    const shapes = colors.flatMap((color) => pools.get(color) ?? []).map((shape) => shape.id)
    const message = `Circles ${listed(shapes)} are normalized together (colour ${listed(colors)}), but one of them needs what the normalization gives another. Give them normalizations of different colours.`
    return [problem('normalized-together', message, { shapes, colors })]
  })
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
