import type {
  Architecture,
  Circle,
  Rectangle,
  Shape,
  Triangle,
} from '../../../../src-core/architecture/schema'
import { windowLength } from '../../../../src-core/architecture/window'
import { addColor, embeddingColor, freshColor } from './colors'
import type { Point } from './geometry'

/** As the lesson has them. */
export const EMBEDDING = 42
const HIDDEN = 256

const letters: Readonly<Record<Shape['kind'], string>> = { rectangle: 'c', circle: 'h', triangle: 'o' }

/**
 * Adds a shape that fits in: a rectangle reads the next character, a circle is like the last one drawn, a triangle
 * predicts what comes after all that is read and predicted.
 * @param box the box that it is in, or null.
 */
export function addShape(
  document: Architecture,
  kind: Shape['kind'],
  at: Point,
  box: string | null,
): { readonly document: Architecture; readonly id: string } {
  const id = nextId(
    document.shapes.map((shape) => shape.id),
    letters[kind],
  )
  const made = makeShape(document, kind, id, box)
  const shape: Shape = box === null ? made.shape : { ...made.shape, box }
  return {
    id,
    document: {
      ...made.document,
      shapes: [...document.shapes, shape],
      layout: { ...document.layout, [id]: { x: at.x, y: at.y } },
    },
  }
}

function makeShape(
  document: Architecture,
  kind: Shape['kind'],
  id: string,
  box: string | null,
): { readonly document: Architecture; readonly shape: Shape } {
  if (kind === 'rectangle') return makeRectangle(document, id, box)
  if (kind === 'circle') return { document, shape: makeCircle(document, id) }
  const character = box === null ? nextCharacter(document) : 't+1'
  const shape: Triangle = {
    kind: 'triangle',
    id,
    predicts: { character },
    loss: 'sparse-cross-entropy',
    weight: 1,
  }
  return { document, shape }
}

function makeRectangle(
  document: Architecture,
  id: string,
  box: string | null,
): { readonly document: Architecture; readonly shape: Rectangle } {
  const at = box === null ? windowLength(document) + 1 : 't'
  const model = document.shapes.flatMap((shape) =>
    shape.kind === 'rectangle' && shape.source.kind === 'character' ? [shape.source.encoding] : [],
  )
  const last = model.at(-1)
  if (last)
    return { document, shape: { kind: 'rectangle', id, source: { kind: 'character', at, encoding: last } } }
  const color = freshColor(document, embeddingColor)
  const encoding = { kind: 'embedding', size: EMBEDDING, color: color.id, normalization: 'none' } as const
  return {
    document: addColor(document, color),
    shape: { kind: 'rectangle', id, source: { kind: 'character', at, encoding } },
  }
}

function makeCircle(document: Architecture, id: string): Circle {
  const last = document.shapes.filter((shape) => shape.kind === 'circle').at(-1)
  const dropout = { input: 0, recurrent: 0, output: 0 }
  if (!last) {
    return { kind: 'circle', id, cell: 'plain', size: HIDDEN, join: 'sum', activation: 'relu', dropout }
  }
  const like = { ...last, id, dropout }
  delete like.normalization
  delete like.box
  return like.cell === 'plain' ? { ...like, join: 'sum' } : like
}

/** The first character after all that is read or predicted. */
function nextCharacter(document: Architecture): number {
  const predicted = document.shapes.map((shape) =>
    shape.kind === 'triangle' && typeof shape.predicts.character === 'number' ? shape.predicts.character : 0,
  )
  return predicted.reduce((last, character) => Math.max(last, character), windowLength(document)) + 1
}

/** `h`, and where it is taken `h2`, `h3` … */
export function nextId(taken: Iterable<string>, stem: string): string {
  const used = new Set(taken)
  let id = stem
  for (let count = 2; used.has(id); count++) id = `${stem}${count}`
  return id
}

export function setShape(document: Architecture, shape: Shape): Architecture {
  return { ...document, shapes: document.shapes.map((other) => (other.id === shape.id ? shape : other)) }
}
