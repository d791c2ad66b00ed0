import type { Diagram } from '../../../../src-core/architecture/diagram'
import { startOf } from '../../../../src-core/architecture/diagram'
import type { Box, Shape } from '../../../../src-core/architecture/schema'
import { type Size, widthOf } from '../../../../src-core/architecture/sizes'

/** What is written on a shape. */
export interface ShapeWords {
  readonly title: string
  /** Fainter, under the title: the size of its matrix. */
  readonly size: string
  /** What kind it is of; empty where nothing needs to be said. */
  readonly kind: string
}

/**
 * @param batch rows of the matrix; null while no plan says it: then B is written.
 * @param brief whether only the size is said, where many shapes stand side by side
 */
export function shapeWords(
  diagram: Diagram,
  shape: Shape,
  vocabulary: Size,
  batch: number | null,
  brief: boolean,
): ShapeWords {
  const size = `${batch ?? 'B'} × ${widthOf(diagram, shape, vocabulary) ?? '?'}`
  return { title: titleOf(shape), size, kind: brief ? '' : kindOf(shape) }
}

/** `character t`, `zeros`, `hidden`. */
function titleOf(shape: Shape): string {
  if (shape.kind === 'triangle') return `character ${shape.predicts.character}`
  if (shape.kind === 'circle') return /^h(@\d+)?$/.test(shape.id) ? 'hidden' : shape.id.replace(/@\d+$/, '')
  if (shape.source.kind === 'character') return `character ${shape.source.at}`
  return shape.source.kind === 'zeros' ? 'zeros' : 'carried'
}

function kindOf(shape: Shape): string {
  if (shape.kind === 'rectangle' && shape.source.kind === 'character') return shape.source.encoding.kind
  if (shape.kind !== 'circle') return ''
  if (shape.cell !== 'plain') return shape.cell.toUpperCase()
  return shape.join === 'sum' ? '' : shape.join
}

export function boxTitle(box: Box): string {
  return `repeat for t = ${box.from} … ${box.to}`
}

/** What the box's state starts from, and whether it is carried. */
export function boxNotes(diagram: Diagram, box: Box): readonly string[] {
  const inside = diagram.document.shapes.filter((shape) => shape.box === box.id && shape.kind === 'circle')
  const starts = new Set<string>()
  for (const circle of inside) {
    const start = startOf(box, circle.id)
    const shape = start === null ? undefined : diagram.shapes.get(start)
    starts.add(shape ? titleOf(shape) : 'zeros')
  }
  const from = starts.size === 0 ? 'zeros' : [...starts].join(', ')
  return [`state starts from ${from}`, box.stateful ? 'carried to the next window' : 'reset every window']
}

/** What screen readers say of a shape: kind, name, size and what reaches it. */
export function shapeLabel(diagram: Diagram, shape: Shape, words: ShapeWords): string {
  const into = diagram.into(shape).length
  const from = diagram.from(shape).length
  const arrows = `${into} arrow${into === 1 ? '' : 's'} in, ${from} out`
  return `${capital(shape.kind)} ${words.title}, ${[words.size.replace('×', 'by'), words.kind].filter(Boolean).join(', ')}, ${arrows}`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
