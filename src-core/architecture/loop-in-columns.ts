import { UnrollError } from '../errors'
import { bare, type Columns, cutIntoColumns } from './columns'
import { append, type Diagram, nameOf } from './diagram'
import { listed } from './problem'
import type { Shape } from './schema'

/** The columns of an unrolled document that a box can stand for. */
export interface LoopInColumns {
  readonly columns: Columns
  readonly from: number
  readonly to: number
  /** For each shape of the box its copies, one for each step. */
  readonly members: readonly (readonly Shape[])[]
}

/**
 * Finds columns that are alike. The first may differ: then the loop starts from it. The last may hold more:
 * that is what comes after the loop.
 * @throws UnrollError `nothing-to-roll`, or `columns-not-alike` with the first difference.
 */
export function findLoop(diagram: Diagram): LoopInColumns {
  const columns = cutIntoColumns(diagram)
  const { count } = columns
  const model = Math.max(1, count - 1)
  if (count < 2 || columns.shapes(model).length === 0) {
    const read =
      count === 0 ? 'no characters' : count === 1 ? 'one character' : `character ${count}, but not ${model}`
    throw new UnrollError(
      'nothing-to-roll',
      `The architecture ${diagram.document.name} reads ${read}, so there are no columns to roll up.`,
      'Draw a column for each of two characters or more.',
    )
  }
  const from = count > 2 && difference(columns, model, 1) ? 2 : 1
  for (let column = from; column <= count; column++) {
    const [missing, more] = difference(columns, model, column) ?? []
    if (missing || (more && column < count))
      throw notAlike(diagram, columns, [model, column], [missing, more])
  }
  const copies: (readonly Shape[])[] = []
  for (let column = from; column <= count; column++) copies.push(inModelsOrder(columns, model, column))
  const members = columns.shapes(model).map((_, place) => copies.map((copy) => copy[place]))
  return { columns, from, to: count, members }
}

/** The first shape of the model that the column lacks, and the first that it has beyond; null where alike. */
function difference(
  columns: Columns,
  model: number,
  column: number,
): [Shape | undefined, Shape | undefined] | null {
  const missing = without(columns, columns.shapes(model), columns.shapes(column))
  const more = without(columns, columns.shapes(column), columns.shapes(model))
  return missing.length + more.length === 0 ? null : [missing[0], more[0]]
}

/** What is left of the shapes after each of the others has taken away one like it. */
function without(columns: Columns, shapes: readonly Shape[], others: readonly Shape[]): Shape[] {
  const counts = new Map<number, number>()
  for (const other of others)
    counts.set(columns.signature(other), (counts.get(columns.signature(other)) ?? 0) + 1)
  return shapes.filter((shape) => {
    const left = counts.get(columns.signature(shape)) ?? 0
    counts.set(columns.signature(shape), left - 1)
    return left <= 0
  })
}

function inModelsOrder(columns: Columns, model: number, column: number): Shape[] {
  const alike = new Map<number, Shape[]>()
  for (const shape of columns.shapes(column)) append(alike, columns.signature(shape), shape)
  return columns.shapes(model).flatMap((shape) => alike.get(columns.signature(shape))?.shift() ?? [])
}

function notAlike(
  diagram: Diagram,
  columns: Columns,
  [model, column]: readonly [number, number],
  [missing, more]: readonly (Shape | undefined)[],
): UnrollError {
  const words = (shape: Shape) => describe(diagram, shape)
  const what =
    missing && more
      ? `${words(missing)} is not like ${words(more)}${differing(columns, missing, more)}`
      : missing
        ? `column ${column} has nothing like ${words(missing)}`
        : `column ${model} has nothing like ${more ? words(more) : 'it'}`
  return new UnrollError(
    'columns-not-alike',
    `Columns ${Math.min(model, column)} and ${Math.max(model, column)} are not alike, so no box can stand for them: ${what}.`,
    'Give them the same shapes, sizes and colours, or keep the network unrolled.',
  )
}

/** `circle h2 (256, relu; arrows green, orange)`. */
function describe(diagram: Diagram, shape: Shape): string {
  const facts: (string | number)[] = []
  if (shape.kind === 'circle')
    facts.push(shape.size, ...(shape.cell === 'plain' ? [] : [shape.cell]), shape.activation)
  if (shape.kind === 'triangle') facts.push(`predicts ${shape.predicts.character}`)
  if (shape.kind === 'rectangle') {
    const { source } = shape
    if (source.kind !== 'character') facts.push(source.kind)
    else if (source.encoding.kind === 'one-hot') facts.push('one-hot')
    else facts.push(`embedding ${source.encoding.color} of ${source.encoding.size}`)
  }
  const colors = diagram.into(shape).map(({ color, activation }) => {
    const name = color ?? 'without weights'
    return activation === 'linear' ? name : `${name} with ${activation}`
  })
  const arrows = colors.length > 0 ? `; arrows ${listed(colors)}` : ''
  return `${nameOf(shape)} (${facts.join(', ')}${arrows})`
}

/** What of the shapes themselves differs, where their arrows and sources are left aside. */
function differing(columns: Columns, a: Shape, b: Shape): string {
  if (a.kind !== b.kind) return ''
  const theirs = new Map<string, unknown>(Object.entries(bare(b, columns.of(b))))
  const keys = Object.entries(bare(a, columns.of(a)))
    .filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(theirs.get(key)))
    .map(([key]) => key)
  return keys.length > 0 ? ` in its ${listed(keys)}` : ' in what flows into it'
}
