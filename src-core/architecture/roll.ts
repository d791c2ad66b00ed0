import { UnrollError } from '../errors'
import { soundDiagram } from './check'
import { type Diagram, isRecurrent, nameOf } from './diagram'
import { freshName } from './fresh-name'
import { findLoop, type LoopInColumns } from './loop-in-columns'
import type { Architecture, Arrow, Box, Circle, Shape } from './schema'

/**
 * The rolled view: a box with self-arrows instead of columns that are alike, also where a person drew them.
 * Triangles of the columns become one in the box, their weights added up. The view has no layout. A document
 * with boxes is given back as it is.
 * @throws UnrollError `unsound-architecture`, `nothing-to-roll`, `columns-not-alike`, or `no-loop` where an
 *   arrow between columns is none that a box has.
 */
export function roll(document: Architecture): Architecture {
  const diagram = soundDiagram(document)
  if (document.boxes.length > 0) return document
  const loop = findLoop(diagram)
  const inside = new Map<string, Member>()
  for (const copies of loop.members) {
    copies.forEach((copy, step) => inside.set(copy.id, { copies, last: step === copies.length - 1 }))
  }
  const states = findStates(diagram, loop, inside)
  checkLeaving(diagram, inside)
  checkOutputs(loop)

  const isOutside = ({ id }: Shape) => !inside.has(id) && !states.replaced.has(id)
  const place = document.shapes.findIndex(({ id }) => inside.has(id))
  const before = document.shapes.slice(0, place).filter(isOutside)
  const after = document.shapes.slice(place).filter(isOutside)
  const name = freshName([...before, ...after].map(({ id }) => id))
  const names = new Map<string, string>()
  for (const copies of loop.members) {
    const rolled = name(commonName(copies))
    for (const copy of copies) names.set(copy.id, rolled)
  }
  const nameIn = (id: string) => names.get(id) ?? id

  const box: Box = {
    id: 'loop',
    from: loop.from,
    to: loop.to,
    start: Object.fromEntries([...states.starts].map(([circle, start]) => [nameIn(circle), start])),
    stateful: states.carried,
  }
  const members = loop.members.map((copies) => inBox(copies, nameIn(copies[0].id), box.id))
  return {
    ...document,
    shapes: [...before, ...members, ...after],
    arrows: rollArrows(document.arrows, inside, nameIn),
    boxes: [box],
    layout: {},
  }
}

interface Member {
  readonly copies: readonly Shape[]
  readonly last: boolean
}

interface States {
  /** Circles of the first column to the shapes that their state starts from, zeros left out. */
  readonly starts: ReadonlyMap<string, string>
  /** Rectangles that only said what the box says. */
  readonly replaced: ReadonlySet<string>
  readonly carried: boolean
}

/** What the states start from, once it is sure that only states go from column to column. */
function findStates(diagram: Diagram, loop: LoopInColumns, inside: ReadonlyMap<string, Member>): States {
  const origins: { circle: Circle; from: Shape }[] = []
  for (const copies of loop.members) {
    copies.forEach((copy, step) => {
      for (const arrow of diagram.into(copy)) {
        if (loop.columns.way(arrow) !== 'before') continue
        const from = diagram.shapes.get(arrow.from)
        if (!from || copy.kind !== 'circle')
          throw noLoop(`arrow ${arrow.id} goes to ${nameOf(copy)} from a column before`)
        checkState(arrow, from, copy)
        if (step === 0) origins.push({ circle: copy, from })
        else if (inside.get(from.id)?.copies !== copies) {
          throw noLoop(
            `arrow ${arrow.id} goes from ${nameOf(from)} to ${nameOf(copy)} of the next column, which is not its copy`,
          )
        }
      }
    })
  }
  const starts = new Map<string, string>()
  const replaced = new Set<string>()
  let carried = 0
  for (const { circle, from } of origins) {
    const last = inside.get(circle.id)?.copies.at(-1)
    if (from.kind === 'rectangle' && from.source.kind === 'carried' && from.source.from === last?.id) {
      carried++
      replaced.add(from.id)
      if (from.source.start !== undefined) starts.set(circle.id, from.source.start)
    } else if (isZeros(diagram, from, loop, circle)) replaced.add(from.id)
    else starts.set(circle.id, from.id)
  }
  const others = diagram.document.shapes.filter(
    (shape) => shape.kind === 'rectangle' && shape.source.kind === 'carried',
  )
  const odd = others.find(({ id }) => !replaced.has(id))
  if (odd) throw noLoop(`${nameOf(odd)} carries a state that is not that of the last column`)
  if (carried > 0 && carried < origins.length)
    throw noLoop('some of its states are carried from batch to batch and some are not')
  return { starts, replaced, carried: carried > 0 }
}

/** Whether the shape is nothing but zeros for states to start from. */
function isZeros(diagram: Diagram, shape: Shape, { columns }: LoopInColumns, circle: Circle): boolean {
  return (
    shape.kind === 'rectangle' &&
    shape.source.kind === 'zeros' &&
    shape.source.size === circle.size &&
    diagram.from(shape).every((arrow) => columns.way(arrow) === 'before')
  )
}

/** An arrow that is not marked as recurrent can become a self-arrow only where the two mean the same. */
function checkState(arrow: Arrow, from: Shape, to: Circle): void {
  if (isRecurrent(arrow)) return
  const changed = from.kind === 'circle' && (from.normalization?.place === 'after' || from.dropout.output > 0)
  if (to.cell === 'plain' && to.dropout.input === to.dropout.recurrent && !changed) return
  throw noLoop(
    `arrow ${arrow.id} brings ${nameOf(to)} what leaves ${nameOf(from)}, and is not marked as recurrent`,
  )
}

/** Only what the last step gives leaves a loop. */
function checkLeaving(diagram: Diagram, inside: ReadonlyMap<string, Member>): void {
  for (const arrow of diagram.document.arrows) {
    const from = inside.get(arrow.from)
    if (!from || from.last || inside.has(arrow.to)) continue
    throw noLoop(`arrow ${arrow.id} takes what ${arrow.from} holds out of the columns before the last one`)
  }
}

/** A triangle in a box predicts the character after the step. */
function checkOutputs({ members, from }: LoopInColumns): void {
  for (const [shape] of members) {
    if (shape.kind !== 'triangle' || shape.predicts.character === from + 1) continue
    throw noLoop(
      `${nameOf(shape)} in column ${from} predicts character ${shape.predicts.character}, not the next one`,
    )
  }
}

function noLoop(what: string): UnrollError {
  return new UnrollError(
    'no-loop',
    `The columns are alike, but no box can stand for them: ${what}.`,
    'Change it, or keep the network unrolled.',
  )
}

function inBox(copies: readonly Shape[], id: string, box: string): Shape {
  const shape: Shape = { ...copies[0], id, box }
  if (shape.kind === 'rectangle' && shape.source.kind === 'character') {
    return { ...shape, source: { ...shape.source, at: 't' } }
  }
  if (shape.kind !== 'triangle') return shape
  // Without what the division by the number of steps left behind.
  const weight = Number((shape.weight * copies.length).toPrecision(12))
  return { ...shape, predicts: { character: 't+1' }, weight }
}

function rollArrows(
  arrows: readonly Arrow[],
  inside: ReadonlyMap<string, Member>,
  nameIn: (id: string) => string,
): Arrow[] {
  const kept = arrows.filter(({ to }) => inside.get(to)?.last ?? true)
  const name = freshName(kept.filter(({ to }) => !inside.has(to)).map(({ id }) => id))
  return kept.map((arrow) => {
    if (!inside.has(arrow.to)) return { ...arrow, from: nameIn(arrow.from) }
    return {
      ...arrow,
      id: name(stem(arrow.id)),
      from: nameIn(arrow.from),
      to: nameIn(arrow.to),
      recurrent: false,
    }
  })
}

/** The name without the number of its column. */
function stem(id: string): string {
  return /^(.+?)[@._-]?\d+$/.exec(id)?.[1] ?? id
}

/** What the copies are called but for the number of their column, or the name of the first. */
function commonName(copies: readonly Shape[]): string {
  const stems = new Set(copies.map(({ id }) => stem(id)))
  const [common] = stems
  return stems.size === 1 ? common : copies[0].id
}
