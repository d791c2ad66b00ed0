import { UnrollError } from '../errors'
import { soundDiagram } from './check'
import { type Diagram, isRecurrent, startOf, stepsOf } from './diagram'
import { freshName } from './fresh-name'
import { type Architecture, type Arrow, type Box, MAX_SHAPES, type Shape } from './schema'

/**
 * The unrolled view: instead of each box one column of shapes for each of its steps, the colours repeating.
 * Self-arrows become recurrent arrows from column to column; the first begins at the start: a rectangle of
 * zeros, the start shape, or, where the box is stateful, a rectangle that carries the last column's state
 * over from the batch before. A triangle in the box becomes one for each step, its weight shared out. The view
 * has no layout: whoever draws it places its columns. A document without boxes is given back as it is.
 * @throws UnrollError `unsound-architecture`, `too-many-shapes`
 */
export function unroll(document: Architecture): Architecture {
  const diagram = soundDiagram(document)
  if (document.boxes.length === 0) return document
  const stepsOfShape = (shape: Shape) => (shape.box === undefined ? 1 : stepsOf(boxOf(diagram, shape.box)))
  const count = document.shapes.reduce((sum, shape) => sum + stepsOfShape(shape), 0)
  if (count > MAX_SHAPES) {
    throw new UnrollError(
      'too-many-shapes',
      `Unrolled, the architecture ${document.name} has ${count} shapes, more than the ${MAX_SHAPES} that one may have.`,
      'Let its boxes run over fewer steps, or keep it rolled.',
    )
  }

  const name = freshName(document.shapes.filter((shape) => shape.box === undefined).map(({ id }) => id))
  const copies = new Map<string, readonly string[]>()
  for (const { id, box } of document.shapes) {
    copies.set(id, box === undefined ? [id] : steps(boxOf(diagram, box)).map((step) => name(`${id}@${step}`)))
  }
  const columns: Columns = {
    at: (id, index) => copies.get(id)?.[index] ?? id,
    last: (id) => copies.get(id)?.at(-1) ?? id,
  }

  const shapes: Shape[] = []
  const starts = new Map<string, string>()
  const unrolled = new Set<string>()
  for (const shape of document.shapes) {
    if (shape.box === undefined) {
      shapes.push(outside(shape, columns))
      continue
    }
    if (unrolled.has(shape.box)) continue
    unrolled.add(shape.box)
    const box = boxOf(diagram, shape.box)
    const inside = document.shapes.filter((other) => other.box === box.id)
    for (const circle of inside) {
      const start = startShape(diagram, box, circle, columns, name)
      if (start) starts.set(circle.id, start.id)
      if (start?.made) shapes.push(start.made)
    }
    steps(box).forEach((step, index) => {
      for (const original of inside) {
        shapes.push(inColumn(original, columns.at(original.id, index), step, box))
      }
    })
  }
  const arrows = unrollArrows(diagram, columns, starts)
  return { ...document, shapes, arrows, boxes: [], layout: {} }
}

/** The ids of the shapes that stand for one of the rolled document: one for each step, or itself. */
interface Columns {
  readonly at: (id: string, index: number) => string
  readonly last: (id: string) => string
}

function steps(box: Box): number[] {
  return Array.from({ length: stepsOf(box) }, (_, index) => box.from + index)
}

function boxOf({ boxes }: Diagram, id: string): Box {
  const box = boxes.get(id)
  if (!box) throw new Error(`a sound document has the box ${id}`)
  return box
}

function outside(shape: Shape, { last }: Columns): Shape {
  if (shape.kind !== 'rectangle' || shape.source.kind !== 'carried' || shape.source.start === undefined)
    return shape
  return { ...shape, source: { ...shape.source, start: last(shape.source.start) } }
}

function inColumn(shape: Shape, id: string, step: number, box: Box): Shape {
  const free = { ...shape, id }
  delete free.box
  if (free.kind === 'rectangle' && free.source.kind === 'character') {
    return { ...free, source: { ...free.source, at: step } }
  }
  if (free.kind !== 'triangle') return free
  return { ...free, predicts: { character: step + 1 }, weight: free.weight / stepsOf(box) }
}

/** Where the state before the first step is, and the rectangle that has to be made for it. */
function startShape(
  diagram: Diagram,
  box: Box,
  circle: Shape,
  { last }: Columns,
  name: (wanted: string) => string,
): { id: string; made?: Shape } | null {
  if (circle.kind !== 'circle' || !diagram.into(circle).some(isRecurrent)) return null
  const given = startOf(box, circle.id)
  const start = given === null ? null : last(given)
  if (start !== null && !box.stateful) return { id: start }
  const id = name(`${circle.id}@start`)
  if (!box.stateful)
    return { id, made: { kind: 'rectangle', id, source: { kind: 'zeros', size: circle.size } } }
  const source = { kind: 'carried' as const, from: last(circle.id), ...(start === null ? {} : { start }) }
  return { id, made: { kind: 'rectangle', id, source } }
}

function unrollArrows(diagram: Diagram, columns: Columns, starts: ReadonlyMap<string, string>): Arrow[] {
  const { document, shapes } = diagram
  const name = freshName(
    document.arrows.filter(({ to }) => shapes.get(to)?.box === undefined).map(({ id }) => id),
  )
  return document.arrows.flatMap((arrow) => {
    const { from, to } = arrow
    const box = shapes.get(to)?.box
    const source = columns.last(from)
    if (box === undefined) return [{ ...arrow, from: source }]
    return steps(boxOf(diagram, box)).map((step, index): Arrow => {
      const copy = { ...arrow, id: name(`${arrow.id}@${step}`), to: columns.at(to, index) }
      if (from === to) {
        const before = index === 0 ? starts.get(to) : columns.at(from, index - 1)
        return { ...copy, from: before ?? source, recurrent: true }
      }
      return { ...copy, from: shapes.get(from)?.box === box ? columns.at(from, index) : source }
    })
  })
}
