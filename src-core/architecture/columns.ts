import { append, type Diagram, isRecurrent } from './diagram'
import type { Arrow, Shape } from './schema'
import { seenByShape, shapesInOrder } from './seen'

/** What an arrow is to the column of the shape that it enters. */
type Way =
  /** From the same column. */
  | 'within'
  /** From the column before, or into the first one from what its state starts from. */
  | 'before'
  /** From a shape of no column, which brings the same to all. */
  | 'outside'
  /** From a column further back: a loop cannot bring it. */
  | 'further'

/**
 * An unrolled document cut into columns by what its shapes have seen: column t holds what knows of the
 * characters up to t and no more. Column 0 holds what has seen none.
 */
export interface Columns {
  /** The last column. */
  readonly count: number
  readonly of: (shape: Shape) => number
  readonly shapes: (column: number) => readonly Shape[]
  readonly way: (arrow: Arrow) => Way
  /** The same number for shapes that compute the same of their own column: kind, sizes, colours, activations, sources. */
  readonly signature: (shape: Shape) => number
}

/** @param diagram of a sound document without boxes. */
export function cutIntoColumns(diagram: Diagram): Columns {
  const seen = seenByShape(diagram)
  const columnOf = (id: string) => seen.get(id)?.fixed ?? 0
  const members = new Map<number, Shape[]>()
  for (const shape of diagram.document.shapes) append(members, columnOf(shape.id), shape)
  const count = [...members.keys()].reduce((last, column) => Math.max(last, column), 0)

  // Into the first column a state's start comes as a constant does. A colour tells them apart: that of the
  // arrows from column to column is not that of what is brought to all columns.
  const forward = new Set<string | undefined>()
  for (const arrow of diagram.document.arrows) {
    if (columnOf(arrow.from) > 0 && columnOf(arrow.from) === columnOf(arrow.to) - 1) forward.add(arrow.color)
  }
  const way = (arrow: Arrow): Way => {
    const from = columnOf(arrow.from)
    const to = columnOf(arrow.to)
    if (from === to) return 'within'
    if (from === 0) return to === 1 && (isRecurrent(arrow) || forward.has(arrow.color)) ? 'before' : 'outside'
    return from === to - 1 ? 'before' : 'further'
  }

  const signatures = new Map<string, number>()
  const known = new Map<string, number>()
  for (const shape of shapesInOrder(diagram)) {
    const arrows = diagram.into(shape).map((arrow) => {
      const how = way(arrow)
      const source = how === 'within' ? signatures.get(arrow.from) : how === 'before' ? null : arrow.from
      return JSON.stringify([how, arrow.color, arrow.activation, arrow.size, source])
    })
    const text = JSON.stringify([bare(shape, columnOf(shape.id)), arrows.sort()])
    signatures.set(shape.id, known.get(text) ?? known.size)
    known.set(text, known.get(text) ?? known.size)
  }
  return {
    count,
    of: (shape) => columnOf(shape.id),
    shapes: (column) => members.get(column) ?? [],
    way,
    signature: (shape) => signatures.get(shape.id) ?? -1,
  }
}

/** The shape without its name, and with places in the text counted from its column. */
export function bare(shape: Shape, column: number): object {
  const rest = { ...shape, id: '' }
  if (rest.kind === 'triangle' && typeof rest.predicts.character === 'number') {
    return { ...rest, predicts: rest.predicts.character - column }
  }
  if (rest.kind === 'rectangle' && rest.source.kind === 'character' && typeof rest.source.at === 'number') {
    return { ...rest, source: { ...rest.source, at: rest.source.at - column } }
  }
  return rest
}
