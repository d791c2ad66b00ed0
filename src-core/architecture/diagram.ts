import { gatesOf as gatesOfCell } from '../nn/cells'
import type { Architecture, Arrow, Box, Circle, Color, Rectangle, Shape } from './schema'

/**
 * A document with its references looked up. Of two things with one id the first counts, and arrows without
 * both ends are left out, so that every document that parses can be read.
 */
export interface Diagram {
  readonly document: Architecture
  readonly shapes: ReadonlyMap<string, Shape>
  readonly colors: ReadonlyMap<string, Color>
  readonly boxes: ReadonlyMap<string, Box>
  /** Arrows into a shape and from a shape, in the document's order, self-arrows among both. */
  into(shape: Shape): readonly Arrow[]
  from(shape: Shape): readonly Arrow[]
}

export function readDiagram(document: Architecture): Diagram {
  const shapes = byId(document.shapes)
  const into = new Map<string, Arrow[]>()
  const from = new Map<string, Arrow[]>()
  for (const arrow of document.arrows) {
    if (!shapes.has(arrow.from) || !shapes.has(arrow.to)) continue
    append(into, arrow.to, arrow)
    append(from, arrow.from, arrow)
  }
  return {
    document,
    shapes,
    colors: byId(document.colors),
    boxes: byId(document.boxes),
    into: (shape) => into.get(shape.id) ?? [],
    from: (shape) => from.get(shape.id) ?? [],
  }
}

/** Whether the arrow brings the state of the step before. */
export function isRecurrent(arrow: Arrow): boolean {
  return arrow.recurrent || arrow.from === arrow.to
}

/** The number of gates whose weights stand side by side in the matrix of an arrow into the circle. */
export function gatesOf(circle: Circle): number {
  return gatesOfCell[circle.cell]
}

/** The shape outside that the circle's state starts from in its box, or null for zeros. */
export function startOf(box: Box, circle: string): string | null {
  const start = Object.hasOwn(box.start, circle) ? box.start[circle] : 'zeros'
  return start === 'zeros' ? null : start
}

export function stepsOf(box: Box): number {
  return box.to - box.from + 1
}

export function isCharacter(shape: Shape): shape is Rectangle & { source: { kind: 'character' } } {
  return shape.kind === 'rectangle' && shape.source.kind === 'character'
}

/** `circle h`, as messages name a shape. */
export function nameOf(shape: Shape): string {
  return `${shape.kind} ${shape.id}`
}

export function append<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key)
  if (list) list.push(value)
  else lists.set(key, [value])
}

function byId<Item extends { id: string }>(items: readonly Item[]): Map<string, Item> {
  const found = new Map<string, Item>()
  for (const item of items) if (!found.has(item.id)) found.set(item.id, item)
  return found
}
