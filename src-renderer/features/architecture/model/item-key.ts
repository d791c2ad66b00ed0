/** A shape, an arrow or a box of a diagram. Their ids may be the same, their keys are not: an id has no colon. */
export type ItemKind = 'shape' | 'arrow' | 'box'
export type ItemKey = `${ItemKind}:${string}`

export const shapeKey = (id: string): ItemKey => `shape:${id}`
export const arrowKey = (id: string): ItemKey => `arrow:${id}`
export const boxKey = (id: string): ItemKey => `box:${id}`

export function itemOf(key: ItemKey): { readonly kind: ItemKind; readonly id: string } {
  const colon = key.indexOf(':')
  const id = key.slice(colon + 1)
  if (key.startsWith('shape:')) return { kind: 'shape', id }
  return { kind: key.startsWith('arrow:') ? 'arrow' : 'box', id }
}

/** The ids among the keys that are of one kind. */
export function idsOf(kind: ItemKind, keys: Iterable<ItemKey>): Set<string> {
  const ids = new Set<string>()
  for (const key of keys) {
    const item = itemOf(key)
    if (item.kind === kind) ids.add(item.id)
  }
  return ids
}
