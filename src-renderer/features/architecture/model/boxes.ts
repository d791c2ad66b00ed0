import type { Architecture, Box, Shape } from '../../../../src-core/architecture/schema'
import { windowLength } from '../../../../src-core/architecture/window'
import { spread } from './arrange'
import { nextId } from './shapes'

/** Steps of a box in a document that reads no characters yet, as the lesson's have. */
const STEPS = 8

/**
 * Adds a box around shapes. It runs over what the document reads. With the first box shapes are drawn larger, and
 * are moved apart where they would cover one another.
 * @param shapes at least one; those that are in another box leave it.
 */
export function addBox(
  document: Architecture,
  shapes: Iterable<string>,
): { readonly document: Architecture; readonly id: string } {
  const id = nextId(
    document.boxes.map((box) => box.id),
    'loop',
  )
  const box: Box = { id, from: 1, to: Math.max(windowLength(document), 1), start: {}, stateful: false }
  if (box.to === 1) box.to = STEPS
  return { id, document: spread(putIntoBox({ ...document, boxes: [...document.boxes, box] }, shapes, id)) }
}

/**
 * Moves shapes into a box or, with null, out of the one that they are in. What they read and predict goes along:
 * character t in a box, the number of a character outside. A box that is left by all is gone.
 */
export function putIntoBox(document: Architecture, ids: Iterable<string>, box: string | null): Architecture {
  const shapes = new Set(ids)
  const moved = (shape: Shape) => shapes.has(shape.id) && (shape.box ?? null) !== box
  if (!document.shapes.some(moved)) return document
  const last = windowLength(document)
  return withoutEmptyBoxes({
    ...document,
    shapes: document.shapes.map((shape) => (moved(shape) ? inBox(shape, box, document, last) : shape)),
    boxes: document.boxes.map((other) =>
      other.id === box
        ? other
        : {
            ...other,
            start: omit(other.start, (circle) => shapes.has(circle) && isIn(document, circle, other.id)),
          },
    ),
  })
}

export function setBox(document: Architecture, box: Box): Architecture {
  return { ...document, boxes: document.boxes.map((other) => (other.id === box.id ? box : other)) }
}

/** Takes boxes away and leaves their shapes. */
export function removeBoxes(document: Architecture, boxes: ReadonlySet<string>): Architecture {
  const inside = document.shapes.filter(({ box }) => box !== undefined && boxes.has(box))
  const freed = putIntoBox(document, new Set(inside.map(({ id }) => id)), null)
  return { ...freed, boxes: freed.boxes.filter(({ id }) => !boxes.has(id)) }
}

export function withoutEmptyBoxes(document: Architecture): Architecture {
  const full = new Set(document.shapes.map(({ box }) => box))
  const boxes = document.boxes.filter(({ id }) => full.has(id))
  return boxes.length === document.boxes.length ? document : { ...document, boxes }
}

/** @param last the last character that the document reads. */
function inBox(shape: Shape, box: string | null, document: Architecture, last: number): Shape {
  const { box: left, ...free } = shape
  const old = document.boxes.find(({ id }) => id === left)
  const placed: Shape = box === null ? free : { ...free, box }
  if (placed.kind === 'triangle') {
    const character = box === null ? numbered(placed.predicts.character, (old?.to ?? last) + 1) : 't+1'
    return { ...placed, predicts: { character } }
  }
  if (placed.kind === 'circle' || placed.source.kind !== 'character') return placed
  const at = box === null ? numbered(placed.source.at, old?.to ?? last) : 't'
  return { ...placed, source: { ...placed.source, at } }
}

function numbered(character: number | string, otherwise: number): number {
  return typeof character === 'number' ? character : Math.max(1, otherwise)
}

function isIn({ shapes }: Architecture, shape: string, box: string): boolean {
  return shapes.some((other) => other.id === shape && other.box === box)
}

function omit<Value>(
  record: Readonly<Record<string, Value>>,
  gone: (key: string) => boolean,
): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !gone(key)))
}
