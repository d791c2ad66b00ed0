import { type ColorUse, colorUses } from '../../../../src-core/architecture/colors'
import { type Diagram, isRecurrent } from '../../../../src-core/architecture/diagram'
import type { Arrow, Color, Shape } from '../../../../src-core/architecture/schema'
import type { Size } from '../../../../src-core/architecture/sizes'

/** What the legend says of one colour. */
export interface LegendEntry {
  readonly color: Color
  /** What it connects: `input to hidden`, `embedding`, `normalization of h`. */
  readonly role: string
  /** `42 × 256`, with gates `42 × 4·256`; null where a size is missing or nothing uses it. */
  readonly size: string | null
  /** Activations of what it brings, or of the circles that it enters, where they are not linear. */
  readonly activations: readonly string[]
  /** Arrows, embeddings and normalizations of the colour. */
  readonly uses: number
  /** Numbers learned; null where the sizes are not known, also while no vocabulary is. */
  readonly parameters: number | null
}

export interface Legend {
  readonly entries: readonly LegendEntry[]
  /** Numbers learned in all; null where one of them is not known. */
  readonly total: number | null
}

const places: Readonly<Record<Shape['kind'], string>> = {
  rectangle: 'input',
  circle: 'hidden',
  triangle: 'output',
}

/** Also of documents that are no network yet. */
export function legendOf(diagram: Diagram, vocabulary: Size): Legend {
  const uses = colorUses(diagram, vocabulary)
  const arrows = new Map(diagram.document.arrows.map((arrow) => [arrow.id, arrow]))
  const seen = new Set<string>()
  const entries = diagram.document.colors.flatMap((color): LegendEntry[] => {
    if (seen.has(color.id)) return []
    seen.add(color.id)
    const own = uses.get(color.id) ?? []
    const roles = new Set<string>()
    const activations = new Set<string>()
    for (const use of own) {
      const arrow = use.kind === 'weights' ? arrows.get(use.id) : undefined
      const from = arrow && diagram.shapes.get(arrow.from)
      const to = arrow && diagram.shapes.get(arrow.to)
      if (use.kind === 'weights') {
        roles.add(arrow && from && to ? roleOf(arrow, from, to) : 'to nothing')
        if (arrow && arrow.activation !== 'linear') activations.add(arrow.activation)
        else if (to?.kind === 'triangle') activations.add('softmax')
        else if (to?.kind === 'circle' && to.activation !== 'linear') activations.add(to.activation)
      } else roles.add(use.kind === 'embedding' ? 'embedding' : `normalization of ${use.id}`)
    }
    const [first] = own
    return [
      {
        color,
        role: [...roles].join(', ') || 'not used',
        size: first ? sizeOf(first) : null,
        activations: [...activations],
        uses: own.length,
        parameters: first ? parametersOf(color, first) : 0,
      },
    ]
  })
  const total = entries.reduce<number | null>(
    (sum, { parameters }) => (sum === null || parameters === null ? null : sum + parameters),
    0,
  )
  return { entries, total }
}

/** What a state starts from stands for the hidden activations before the first step. */
function roleOf(arrow: Arrow, from: Shape, to: Shape): string {
  return isRecurrent(arrow) ? 'hidden to hidden' : `${places[from.kind]} to ${places[to.kind]}`
}

function sizeOf({ kind, rows, columns, gates }: ColorUse): string | null {
  if (rows === null || columns === null) return null
  if (kind === 'normalization') return `2 × ${columns}`
  return gates > 1 && typeof columns === 'number'
    ? `${rows} × ${gates}·${columns / gates}`
    : `${rows} × ${columns}`
}

function parametersOf(color: Color, { kind, rows, columns, normalization }: ColorUse): number | null {
  if (typeof rows !== 'number' || typeof columns !== 'number') return null
  const matrix = kind === 'normalization' ? 0 : rows * columns
  const bias = kind === 'weights' && color.bias !== 'none' ? columns : 0
  return matrix + bias + (normalization === 'none' ? 0 : 2 * columns)
}
