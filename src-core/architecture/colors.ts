import { append, type Diagram, gatesOf } from './diagram'
import type { Color, Shape } from './schema'
import { broughtWidth, type Size, widthOf } from './sizes'

/** One use of a colour and the matrix that it needs there; a size is null where something is missing. */
export interface ColorUse {
  /** An arrow's weights, a rectangle's embedding, or a circle's normalization (a scale and a shift). */
  readonly kind: 'weights' | 'embedding' | 'normalization'
  /** Of the arrow, the rectangle or the circle. */
  readonly id: string
  readonly rows: Size | null
  readonly columns: Size | null
  /** Gates side by side in the matrix. */
  readonly gates: number
  /** What is normalized besides: an embedding's own, or the circle's. */
  readonly normalization: 'none' | 'batch' | 'layer'
}

/** The uses of every colour id that something names, known or not, in the document's order. */
export function colorUses(diagram: Diagram, vocabulary: Size): Map<string, ColorUse[]> {
  const uses = new Map<string, ColorUse[]>()
  for (const shape of diagram.document.shapes) {
    const use = shapeUse(shape, vocabulary)
    if (use) append(uses, use.color, use)
  }
  for (const arrow of diagram.document.arrows) {
    if (arrow.color === undefined) continue
    const from = diagram.shapes.get(arrow.from)
    const to = diagram.shapes.get(arrow.to)
    append(uses, arrow.color, {
      kind: 'weights',
      id: arrow.id,
      rows: from ? widthOf(diagram, from, vocabulary) : null,
      columns: broughtWidth(diagram, arrow, vocabulary),
      gates: to?.kind === 'circle' ? gatesOf(to) : 1,
      normalization: 'none',
    })
  }
  return uses
}

function shapeUse(shape: Shape, vocabulary: Size): (ColorUse & { color: string }) | null {
  if (shape.kind === 'rectangle' && shape.source.kind === 'character') {
    const { encoding } = shape.source
    if (encoding.kind === 'one-hot') return null
    const { color, size, normalization } = encoding
    return {
      color,
      kind: 'embedding',
      id: shape.id,
      rows: vocabulary,
      columns: size,
      gates: 1,
      normalization,
    }
  }
  if (shape.kind !== 'circle' || !shape.normalization) return null
  const { kind, place, color } = shape.normalization
  const columns = place === 'before' ? shape.size * gatesOf(shape) : shape.size
  return { color, kind: 'normalization', id: shape.id, rows: 1, columns, gates: 1, normalization: kind }
}

/** What one colour holds that is learned. */
export interface ColorParameters {
  readonly color: Color
  readonly kind: ColorUse['kind']
  /** Rows and columns of the weight matrix or the embedding; null for a normalization. */
  readonly matrix: readonly [number, number] | null
  readonly gates: number
  /** Length of the bias, 0 without one. */
  readonly bias: number
  /** Length of the scale and of the shift, 0 without a normalization. */
  readonly normalized: number
  readonly normalization: ColorUse['normalization']
  /** Numbers learned in all; the statistics of a batch normalization are not learned. */
  readonly count: number
}

/**
 * Parameters by colour, in the order of the document's colours; colours that nothing uses are left out.
 * @param diagram of a document without problems.
 */
export function parametersByColor(diagram: Diagram, vocabulary: number): ColorParameters[] {
  const uses = colorUses(diagram, vocabulary)
  return diagram.document.colors.flatMap((color) => {
    const use = uses.get(color.id)?.[0]
    if (!use || typeof use.rows !== 'number' || typeof use.columns !== 'number') return []
    const { kind, rows, columns, gates, normalization } = use
    const matrix = kind === 'normalization' ? null : ([rows, columns] as const)
    const bias = kind === 'weights' && color.bias !== 'none' ? columns : 0
    const normalized = normalization === 'none' ? 0 : columns
    const count = (matrix ? rows * columns : 0) + bias + 2 * normalized
    return [{ color, kind, matrix, gates, bias, normalized, normalization, count }]
  })
}
