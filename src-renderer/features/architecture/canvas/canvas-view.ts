import { arrowKey, boxKey, type ItemKey, itemOf, shapeKey } from '../model/item-key'
import type { CanvasState } from './canvas-state.svelte'
import type { Point } from './geometry'
import type { Picture } from './picture'

/** The canvas as pointer, keyboard and clipboard find it. */
export interface CanvasView {
  readonly canvas: CanvasState
  readonly picture: () => Picture
  readonly root: () => HTMLElement
  /** From the window's pixels to the diagram's. */
  readonly toDiagram: (client: Point) => Point
  readonly refuse: (error: unknown) => void
}

/** The item of a node or edge; null where the picture has none. */
export function keyIn(picture: Picture, id: string | null | undefined): ItemKey | null {
  for (const key of keysIn(picture)) if (key === id) return key
  return null
}

/** The items of nodes, in the picture's order. */
export function keysOf(picture: Picture, nodes: readonly { readonly id: string }[]): ItemKey[] {
  const ids = new Set(nodes.map(({ id }) => id))
  return [...keysIn(picture)].filter((key) => ids.has(key))
}

function* keysIn({ boxes, shapes, arrows }: Picture): Generator<ItemKey> {
  for (const { box } of boxes) yield boxKey(box.id)
  for (const { shape } of shapes) yield shapeKey(shape.id)
  for (const { arrow } of arrows) yield arrowKey(arrow.id)
}

/** The id of the shape that the pointer is on. */
export function shapeUnder({ picture }: CanvasView, event: PointerEvent): string | null {
  const found = document.elementFromPoint(event.clientX, event.clientY)
  const key = keyIn(picture(), found?.closest('.svelte-flow__node-shape')?.getAttribute('data-id'))
  return key === null ? null : itemOf(key).id
}

/** The item of the focused node, if one is. */
export function focusedKey({ picture }: CanvasView): ItemKey | null {
  const node = document.activeElement?.closest('.svelte-flow__node')
  return keyIn(picture(), node?.getAttribute('data-id'))
}

export function focusNode({ root }: CanvasView, key: ItemKey): void {
  const nodes = [...root().querySelectorAll<HTMLElement>('.svelte-flow__node')]
  nodes.find(({ dataset }) => dataset['id'] === key)?.focus()
}

export function middleOfView({ root, toDiagram }: CanvasView): Point {
  const { x, y, width, height } = root().getBoundingClientRect()
  return toDiagram({ x: x + width / 2, y: y + height / 2 })
}

/** Whether keys belong to what is typed into, or to a dialog or menu that is open. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest(
      'input, textarea, select, [contenteditable], [role="dialog"], [role="menu"], [role="slider"]',
    ) !== null
  )
}

/** Lights what belongs to the item under the pointer: all arrows of its colour, or its output's line. */
export function hover({ canvas, picture }: CanvasView, key: ItemKey | null): void {
  canvas.hovered = key
  const item = key === null ? null : itemOf(key)
  const arrow =
    item?.kind === 'arrow' ? picture().arrows.find(({ arrow: { id } }) => id === item.id) : undefined
  canvas.highlight.color = arrow?.arrow.color ?? null
  canvas.highlight.output = item?.kind === 'shape' ? (canvas.outputs.get(item.id)?.output ?? null) : null
}
