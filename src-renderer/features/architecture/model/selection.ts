import type { Problem } from '../../../../src-core/architecture/problem'
import type { Architecture } from '../../../../src-core/architecture/schema'
import { type Area, holds, placeOf } from './geometry'
import { arrowKey, boxKey, type ItemKey, itemOf, shapeKey } from './item-key'

export type Selection = ReadonlySet<ItemKey>

export const nothing: Selection = new Set()

/** @param how toggle: keys that are selected are taken out. */
export function selected(
  before: Selection,
  keys: Iterable<ItemKey>,
  how: 'replace' | 'add' | 'toggle',
): Selection {
  const selection = new Set(how === 'replace' ? [] : before)
  for (const key of keys) {
    if (how === 'toggle' && selection.has(key)) selection.delete(key)
    else selection.add(key)
  }
  return selection
}

export function everything({ shapes, arrows, boxes }: Architecture): Selection {
  return new Set([
    ...shapes.map(({ id }) => shapeKey(id)),
    ...arrows.map(({ id }) => arrowKey(id)),
    ...boxes.map(({ id }) => boxKey(id)),
  ])
}

/** The keys of what is in the document. */
export function existing(keys: Selection, document: Architecture): Selection {
  if (keys.size === 0) return keys
  const there = everything(document)
  return [...keys].every((key) => there.has(key)) ? keys : new Set([...keys].filter((key) => there.has(key)))
}

/** The shapes whose middles are in the area. */
export function shapesWithin(document: Architecture, area: Area): string[] {
  return document.shapes.flatMap(({ id }) => {
    const place = placeOf(document, id)
    return place !== null && holds(area, place) ? [id] : []
  })
}

/** The keys with one key's id changed, where it is among them. */
export function renamedKey(keys: Selection, key: ItemKey, next: string): Selection {
  if (!keys.has(key)) return keys
  const { kind } = itemOf(key)
  return new Set([...keys].map((other): ItemKey => (other === key ? `${kind}:${next}` : other)))
}

/** Problems by the shapes and arrows that they mark. */
export function problemsByKey(problems: readonly Problem[]): ReadonlyMap<ItemKey, readonly Problem[]> {
  const found = new Map<ItemKey, Problem[]>()
  for (const problem of problems) {
    for (const key of [...problem.shapes.map(shapeKey), ...problem.arrows.map(arrowKey)]) {
      found.set(key, [...(found.get(key) ?? []), problem])
    }
  }
  return found
}
