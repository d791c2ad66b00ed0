import type { Architecture, Shape } from '../../../../src-core/architecture/schema'
import { removeBoxes, withoutEmptyBoxes } from './boxes'
import { idsOf, type ItemKey } from './item-key'

/**
 * Takes things away and all that referred to them: the arrows of a shape, the states that started from it, its
 * place. A box goes without its shapes, unless they are named too. Colours stay, as weights that wait for an arrow.
 */
export function removeItems(document: Architecture, keys: Iterable<ItemKey>): Architecture {
  const all = [...keys]
  const shapes = idsOf('shape', all)
  const arrows = idsOf('arrow', all)
  const boxes = new Set([...idsOf('box', all)].filter((id) => document.boxes.some((box) => box.id === id)))
  const isGone = (id: string) => shapes.has(id)
  const some =
    boxes.size > 0 ||
    document.shapes.some(({ id }) => isGone(id)) ||
    document.arrows.some(({ id }) => arrows.has(id))
  if (!some) return document
  const left: Architecture = {
    ...document,
    shapes: document.shapes
      .filter(({ id }) => !isGone(id))
      .map((shape) => withoutStates(shape, document, isGone)),
    arrows: document.arrows.filter(({ id, from, to }) => !arrows.has(id) && !isGone(from) && !isGone(to)),
    boxes: document.boxes.map((box) => ({
      ...box,
      start: Object.fromEntries(
        Object.entries(box.start).filter(([circle, start]) => !isGone(circle) && !isGone(start)),
      ),
    })),
    layout: Object.fromEntries(Object.entries(document.layout).filter(([id]) => !isGone(id))),
  }
  return withoutEmptyBoxes(boxes.size > 0 ? removeBoxes(left, boxes) : left)
}

/** A state carried from a circle that is gone becomes zeros of its size. */
function withoutStates(shape: Shape, document: Architecture, isGone: (id: string) => boolean): Shape {
  if (shape.kind !== 'rectangle' || shape.source.kind !== 'carried') return shape
  const { start, ...source } = shape.source
  if (isGone(source.from)) {
    const circle = document.shapes.find(({ id }) => id === source.from)
    if (circle?.kind === 'circle') return { ...shape, source: { kind: 'zeros', size: circle.size } }
  }
  return start !== undefined && isGone(start) ? { ...shape, source } : shape
}
