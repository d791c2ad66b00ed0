import { type Diagram, gatesOf } from './diagram'
import type { Arrow, Circle, Shape } from './schema'

/** A width; `V` is the vocabulary's, while no corpus is chosen. */
export type Size = number | 'V'

/** The width of a shape's matrix of activations, whose rows are the batch; null where a reference is missing. */
export function widthOf(diagram: Diagram, shape: Shape, vocabulary: Size): Size | null {
  if (shape.kind === 'circle') return shape.size
  if (shape.kind === 'triangle') return vocabulary
  const { source } = shape
  if (source.kind === 'zeros') return source.size
  if (source.kind === 'character')
    return source.encoding.kind === 'embedding' ? source.encoding.size : vocabulary
  const from = diagram.shapes.get(source.from)
  return from?.kind === 'circle' ? from.size : null
}

/** The width that an arrow has to bring to the shape it enters; null where nothing says it. */
export function broughtWidth(diagram: Diagram, arrow: Arrow, vocabulary: Size): Size | null {
  const to = diagram.shapes.get(arrow.to)
  if (!to || to.kind === 'rectangle') return null
  if (to.kind === 'triangle') return vocabulary
  if (to.cell !== 'plain') return to.size * gatesOf(to)
  if (to.join === 'sum' || to.join === 'product') return to.size
  return ownWidth(diagram, arrow, vocabulary) ?? sharedWidth(diagram, to, vocabulary)
}

/** What an arrow into a concatenation or a dot product says of its width itself. */
function ownWidth(diagram: Diagram, arrow: Arrow, vocabulary: Size): Size | null {
  if (arrow.size !== undefined) return arrow.size
  const from = diagram.shapes.get(arrow.from)
  return arrow.color === undefined && from ? widthOf(diagram, from, vocabulary) : null
}

/**
 * What is left for an arrow that says nothing: an equal part of the rest of a concatenation, in a dot product
 * the width of the others.
 */
function sharedWidth(diagram: Diagram, to: Circle & { cell: 'plain' }, vocabulary: Size): Size | null {
  const said = diagram.into(to).map((arrow) => ownWidth(diagram, arrow, vocabulary))
  if (to.join === 'dot') return said.find((width) => width !== null) ?? null
  let rest = to.size
  let silent = 0
  for (const width of said) {
    if (width === null) silent++
    else if (width === 'V') return null
    else rest -= width
  }
  const share = rest / silent
  return Number.isInteger(share) && share > 0 ? share : null
}
