import { z } from 'zod'
import { freshName } from '../../../../src-core/architecture/fresh-name'
import { type Architecture, architectureSchema, type Shape } from '../../../../src-core/architecture/schema'
import { UnrollError } from '../../../../src-core/errors'
import { shapesOf } from './arrange'
import { putIntoBox } from './boxes'
import { freshColor } from './colors'
import { areaAround, areaOfShape, overlap, placeOf, type Point } from './geometry'
import { idsOf, type ItemKey, shapeKey, boxKey, arrowKey } from './item-key'
import { nextId } from './shapes'
import { recolored } from './rename'

const { colors, shapes, arrows, boxes, layout } = architectureSchema.shape

/** A part of a diagram as it lies on the clipboard. */
const partSchema = z.strictObject({
  format: z.literal('unroll/diagram-part'),
  version: z.literal(1),
  colors,
  shapes,
  arrows,
  boxes,
  layout,
})
type Part = z.output<typeof partSchema>

/** How far a copy stands from what it was copied from. */
const ASIDE = 40

/**
 * What is selected, as JSON: shapes, the arrows between them, boxes selected themselves or whole, and the colours
 * of it all; null where no shape is among it.
 */
export function copyItems(document: Architecture, keys: Iterable<ItemKey>): string | null {
  const all = [...keys]
  const taken = shapesOf(document, all)
  if (taken.size === 0) return null
  const named = idsOf('box', all)
  const inside = document.shapes.filter(({ id }) => taken.has(id))
  const whole = document.boxes.filter(
    ({ id }) => named.has(id) || document.shapes.every((shape) => shape.box !== id || taken.has(shape.id)),
  )
  const between = document.arrows.filter(({ from, to }) => taken.has(from) && taken.has(to))
  const used = new Set<string | undefined>(between.map(({ color }) => color))
  for (const shape of inside) recolored(shape, (id) => (used.add(id), id))
  const part: Part = {
    format: 'unroll/diagram-part',
    version: 1,
    colors: document.colors.filter(({ id }) => used.has(id)),
    shapes: inside,
    arrows: between,
    boxes: whole,
    layout: Object.fromEntries(Object.entries(document.layout).filter(([id]) => taken.has(id))),
  }
  return JSON.stringify(part, null, 2)
}

/**
 * Adds what `copyItems` took, here or from another document, under fresh ids. Colours that the document has are
 * shared, others come along.
 * @param at where the middle of it goes; null for beside what it was copied from.
 * @throws UnrollError `not-a-diagram-part`
 */
export function pasteItems(
  document: Architecture,
  text: string,
  at: Point | null,
): { readonly document: Architecture; readonly keys: readonly ItemKey[] } {
  const part = read(text)
  const shapeIds = renaming(document.shapes, part.shapes)
  const boxIds = renaming(document.boxes, part.boxes)
  const colored = withColors(document, part)
  const named = new Set(document.shapes.map(({ id }) => id))
  const nameIn = (id: string) => shapeIds.get(id) ?? id

  const bare = part.shapes.map((shape): Shape => {
    const renamed = recolored({ ...shape, id: nameIn(shape.id) }, colored.color)
    const box = shape.box === undefined ? undefined : (boxIds.get(shape.box) ?? shape.box)
    return withReferences(box === undefined ? renamed : { ...renamed, box }, nameIn, (id) => named.has(id))
  })
  const arrowName = freshName(document.arrows.map(({ id }) => id))
  const pasted = part.arrows.map((arrow) => ({
    ...arrow,
    id: arrowName(arrow.id),
    from: nameIn(arrow.from),
    to: nameIn(arrow.to),
    ...(arrow.color === undefined ? {} : { color: colored.color(arrow.color) }),
  }))
  const looped = part.boxes.map((box) => ({
    ...box,
    id: boxIds.get(box.id) ?? box.id,
    start: Object.fromEntries(
      Object.entries(box.start)
        .filter(([, start]) => shapeIds.has(start) || named.has(start) || start === 'zeros')
        .map(([circle, start]) => [nameIn(circle), nameIn(start)]),
    ),
  }))
  const whole: Architecture = {
    ...colored.document,
    shapes: [...document.shapes, ...bare],
    arrows: [...document.arrows, ...pasted],
    boxes: [...document.boxes, ...looped],
    layout: { ...document.layout, ...shifted(document, part, nameIn, at) },
  }
  const there = new Set(whole.boxes.map(({ id }) => id))
  const homeless = bare.filter(({ box }) => box !== undefined && !there.has(box)).map(({ id }) => id)
  return {
    document: putIntoBox(whole, new Set(homeless), null),
    keys: [
      ...bare.map(({ id }) => shapeKey(id)),
      ...pasted.map(({ id }) => arrowKey(id)),
      ...looped.map(({ id }) => boxKey(id)),
    ],
  }
}

function read(text: string): Part {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    json = null
  }
  const parsed = partSchema.safeParse(json)
  if (parsed.success) return parsed.data
  throw new UnrollError(
    'not-a-diagram-part',
    'What is on the clipboard is no part of a diagram.',
    'Select shapes in a diagram and copy them first.',
  )
}

interface Id {
  readonly id: string
}

/** Old ids to new ones: their own where they are free, else counted on from their stem. */
function renaming(there: readonly Id[], coming: readonly Id[]): Map<string, string> {
  const taken = new Set(there.map(({ id }) => id))
  return new Map(
    coming.map(({ id }) => {
      const fresh = nextId(taken, taken.has(id) ? id.replace(/(?<=.)\d+$/, '') : id)
      taken.add(fresh)
      return [id, fresh]
    }),
  )
}

function withColors(document: Architecture, part: Part) {
  let result = document
  const names = new Map<string, string>()
  for (const color of part.colors) {
    if (document.colors.some(({ id }) => id === color.id)) continue
    const fresh = freshColor(result, color)
    names.set(color.id, fresh.id)
    result = { ...result, colors: [...result.colors, fresh] }
  }
  return { document: result, color: (id: string) => names.get(id) ?? id }
}

/** A carried state follows the copy of its circle; a start that is not there is left out. */
function withReferences(
  shape: Shape,
  nameIn: (id: string) => string,
  isThere: (id: string) => boolean,
): Shape {
  if (shape.kind !== 'rectangle' || shape.source.kind !== 'carried') return shape
  const { from, start } = shape.source
  const keeps = start !== undefined && (nameIn(start) !== start || isThere(start))
  return {
    ...shape,
    source: { kind: 'carried', from: nameIn(from), ...(keeps ? { start: nameIn(start) } : {}) },
  }
}

/** Places of what is pasted, by its new ids. */
function shifted(
  document: Architecture,
  part: Part,
  nameIn: (id: string) => string,
  at: Point | null,
): Architecture['layout'] {
  const around = areaAround({ ...document, shapes: part.shapes, layout: part.layout }, () => true)
  if (!around) return {}
  const middle = { x: around.x + around.width / 2, y: around.y + around.height / 2 }
  let shift = at ? { x: Math.round(at.x - middle.x), y: Math.round(at.y - middle.y) } : { x: ASIDE, y: ASIDE }
  const taken = document.shapes.flatMap((shape) => {
    const place = placeOf(document, shape.id)
    return place ? [areaOfShape(document, shape.kind, place)] : []
  })
  const moved = () =>
    part.shapes.flatMap((shape) => {
      const place = Object.hasOwn(part.layout, shape.id) ? part.layout[shape.id] : null
      return place ? [{ ...shape, place: { x: place.x + shift.x, y: place.y + shift.y } }] : []
    })
  const covers = () =>
    moved().some(({ kind, place }) => taken.some((area) => overlap(area, areaOfShape(document, kind, place))))
  while (covers()) shift = { x: shift.x + ASIDE, y: shift.y }
  return Object.fromEntries(moved().map(({ id, place }) => [nameIn(id), place]))
}
