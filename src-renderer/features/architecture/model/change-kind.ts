import type { Architecture, Circle, Rectangle } from '../../../../src-core/architecture/schema'
import { windowLength } from '../../../../src-core/architecture/window'
import { chooseColor, embeddingColor, NEW_COLOR } from './colors'
import { EMBEDDING, setShape } from './shapes'

type Source = Rectangle['source']
export type Encoding = Extract<Source, { kind: 'character' }>['encoding']
export type Normalization = NonNullable<Circle['normalization']>

/** The circle as another cell; what the two have in common stays. */
export function withCell(circle: Circle, cell: Circle['cell']): Circle {
  if (circle.cell === cell) return circle
  const { id, size, dropout, normalization, box } = circle
  const common = {
    kind: 'circle',
    id,
    size,
    dropout,
    ...(normalization ? { normalization } : {}),
    ...(box === undefined ? {} : { box }),
  } as const
  if (cell === 'plain') return { ...common, cell, join: 'sum', activation: 'tanh' }
  const gates = { activation: 'tanh', gateActivation: 'sigmoid' } as const
  return cell === 'gru' ? { ...common, ...gates, cell, reset: 'before' } : { ...common, ...gates, cell }
}

/** Lets a rectangle hold something else: the text, zeros, or a state carried over from the batch before. */
export function setSource(document: Architecture, id: string, kind: Source['kind']): Architecture {
  const shape = document.shapes.find((other) => other.id === id)
  if (shape?.kind !== 'rectangle' || shape.source.kind === kind) return document
  const { source } = shape
  if (kind === 'character') {
    const at = shape.box === undefined ? windowLength(document) + 1 : 't'
    const made = setShape(document, { ...shape, source: { kind, at, encoding: { kind: 'one-hot' } } })
    return setEncoding(made, id, 'embedding')
  }
  const circles = document.shapes.filter((other) => other.kind === 'circle')
  const first = circles.find((circle) => circle.box === undefined) ?? circles[0]
  if (kind === 'carried') {
    // Without a circle there is nothing that could be carried.
    return first ? setShape(document, { ...shape, source: { kind, from: first.id } }) : document
  }
  const carried = source.kind === 'carried' ? circles.find((circle) => circle.id === source.from) : undefined
  return setShape(document, { ...shape, source: { kind, size: (carried ?? first)?.size ?? EMBEDDING } })
}

/** Lets a rectangle's character enter otherwise; an embedding is shared with the rectangles that have one. */
export function setEncoding(document: Architecture, id: string, kind: Encoding['kind']): Architecture {
  const shape = document.shapes.find((other) => other.id === id)
  if (shape?.kind !== 'rectangle' || shape.source.kind !== 'character') return document
  const { source } = shape
  if (source.encoding.kind === kind) return document
  if (kind === 'one-hot') return setShape(document, { ...shape, source: { ...source, encoding: { kind } } })
  const shared = embeddings(document).at(-1)
  if (shared) return setShape(document, { ...shape, source: { ...source, encoding: shared } })
  const chosen = chooseColor(document, NEW_COLOR, embeddingColor)
  const encoding: Encoding = { kind, size: EMBEDDING, color: chosen.color ?? '', normalization: 'none' }
  return setShape(chosen.document, { ...shape, source: { ...source, encoding } })
}

/** Changes an embedding wherever it is used: it is one matrix. */
export function setEmbedding(
  document: Architecture,
  color: string,
  change: { readonly size?: number; readonly normalization?: Normalization['kind'] | 'none' },
): Architecture {
  return {
    ...document,
    shapes: document.shapes.map((shape) => {
      if (shape.kind !== 'rectangle' || shape.source.kind !== 'character') return shape
      const { encoding } = shape.source
      if (encoding.kind !== 'embedding' || encoding.color !== color) return shape
      return { ...shape, source: { ...shape.source, encoding: { ...encoding, ...change } } }
    }),
  }
}

/** Gives a rectangle another embedding, with the size that it has elsewhere. */
export function setEmbeddingColor(document: Architecture, id: string, choice: string): Architecture {
  const chosen = chooseColor(document, choice, embeddingColor)
  const shape = chosen.document.shapes.find((other) => other.id === id)
  if (shape?.kind !== 'rectangle' || shape.source.kind !== 'character' || chosen.color === null)
    return document
  const { encoding } = shape.source
  if (encoding.kind !== 'embedding') return document
  const shared = embeddings(document).find(({ color }) => color === chosen.color)
  const next = shared ?? { ...encoding, color: chosen.color }
  return setShape(chosen.document, { ...shape, source: { ...shape.source, encoding: next } })
}

/** Normalizes a circle, or with null does not; the first time with a scale and a shift of its own. */
export function setNormalization(
  document: Architecture,
  id: string,
  kind: Normalization['kind'] | null,
): Architecture {
  const shape = document.shapes.find((other) => other.id === id)
  if (shape?.kind !== 'circle') return document
  const { normalization, ...bare } = shape
  if (kind === null) return normalization ? setShape(document, bare) : document
  if (normalization) return setShape(document, { ...shape, normalization: { ...normalization, kind } })
  const chosen = chooseColor(document, NEW_COLOR, { id: `norm-${id}`.slice(0, 60), letter: 'n' })
  const made: Normalization = { kind, place: 'before', color: chosen.color ?? '' }
  return setShape(chosen.document, { ...shape, normalization: made })
}

function embeddings(document: Architecture): Extract<Encoding, { kind: 'embedding' }>[] {
  return document.shapes.flatMap((shape) =>
    shape.kind === 'rectangle' &&
    shape.source.kind === 'character' &&
    shape.source.encoding.kind === 'embedding'
      ? [shape.source.encoding]
      : [],
  )
}
