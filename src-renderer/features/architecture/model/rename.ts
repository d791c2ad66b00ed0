import type { Architecture, Shape } from '../../../../src-core/architecture/schema'
import { UnrollError } from '../../../../src-core/errors'
import type { ItemKind } from './item-key'

export interface Named {
  readonly kind: ItemKind | 'color'
  readonly id: string
}

/**
 * Gives a shape, arrow, box or colour another id, with everything that refers to it.
 * @throws UnrollError `id-taken`
 */
export function rename(document: Architecture, { kind, id }: Named, next: string): Architecture {
  if (next === id) return document
  const lists = {
    shape: document.shapes,
    arrow: document.arrows,
    box: document.boxes,
    color: document.colors,
  }
  const list: readonly { id: string }[] = lists[kind]
  if (list.some((item) => item.id === next)) {
    throw new UnrollError(
      'id-taken',
      `Another ${kind === 'color' ? 'colour' : kind} is called ${next} already.`,
      'Choose a name that is free.',
    )
  }
  const to = (name: string) => (name === id ? next : name)
  if (kind === 'arrow')
    return { ...document, arrows: document.arrows.map((arrow) => ({ ...arrow, id: to(arrow.id) })) }
  if (kind === 'box') return renameBox(document, to)
  return kind === 'color' ? renameColor(document, to) : renameShape(document, to)
}

type Rename = (name: string) => string

function renameShape(document: Architecture, to: Rename): Architecture {
  const inSource = (shape: Shape): Shape => {
    if (shape.kind !== 'rectangle' || shape.source.kind !== 'carried') return shape
    const { from, start } = shape.source
    return {
      ...shape,
      source: { kind: 'carried', from: to(from), ...(start === undefined ? {} : { start: to(start) }) },
    }
  }
  return {
    ...document,
    shapes: document.shapes.map((shape) => inSource({ ...shape, id: to(shape.id) })),
    arrows: document.arrows.map((arrow) => ({ ...arrow, from: to(arrow.from), to: to(arrow.to) })),
    boxes: document.boxes.map((box) => ({ ...box, start: renamedKeys(box.start, to, to) })),
    layout: renamedKeys(document.layout, to, (place) => place),
  }
}

function renameBox(document: Architecture, to: Rename): Architecture {
  return {
    ...document,
    boxes: document.boxes.map((box) => ({ ...box, id: to(box.id) })),
    shapes: document.shapes.map((shape) =>
      shape.box === undefined ? shape : { ...shape, box: to(shape.box) },
    ),
  }
}

function renameColor(document: Architecture, to: Rename): Architecture {
  return {
    ...document,
    colors: document.colors.map((color) => ({ ...color, id: to(color.id) })),
    arrows: document.arrows.map((arrow) =>
      arrow.color === undefined ? arrow : { ...arrow, color: to(arrow.color) },
    ),
    shapes: document.shapes.map((shape) => recolored(shape, to)),
  }
}

/** The shape with its embedding's and its normalization's colours changed. */
export function recolored(shape: Shape, to: Rename): Shape {
  if (shape.kind === 'circle' && shape.normalization) {
    return { ...shape, normalization: { ...shape.normalization, color: to(shape.normalization.color) } }
  }
  if (shape.kind !== 'rectangle' || shape.source.kind !== 'character') return shape
  const { encoding } = shape.source
  if (encoding.kind !== 'embedding') return shape
  return { ...shape, source: { ...shape.source, encoding: { ...encoding, color: to(encoding.color) } } }
}

function renamedKeys<Value>(
  record: Readonly<Record<string, Value>>,
  to: Rename,
  value: (value: Value) => Value,
): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).map(([key, held]) => [to(key), value(held)]))
}
