import { nameOf } from '../../../../src-core/architecture/diagram'
import { freshName } from '../../../../src-core/architecture/fresh-name'
import type { Architecture, Arrow } from '../../../../src-core/architecture/schema'
import { addColor, freshColor } from './colors'

/** Why no arrow can be drawn from one shape to the other, or null where it can. */
export function connectionProblem({ shapes }: Architecture, from: string, to: string): string | null {
  const source = shapes.find(({ id }) => id === from)
  const target = shapes.find(({ id }) => id === to)
  if (!source || !target) return 'An arrow goes from a shape to a shape.'
  if (source.kind === 'triangle') return `${capital(nameOf(source))} is an output: no arrow leaves it.`
  if (target.kind === 'rectangle') return `${capital(nameOf(target))} is an input: no arrow enters it.`
  if (from === to && source.box === undefined) {
    return `${capital(nameOf(source))} is in no box: a self-arrow brings the step before, and only a box has steps.`
  }
  return null
}

/**
 * Adds an arrow.
 * @param color its weights; null for new ones, in the next free letter, dash and hue.
 */
export function addArrow(
  document: Architecture,
  from: string,
  to: string,
  color: string | null,
): { readonly document: Architecture; readonly id: string } {
  const known = document.colors.find(({ id }) => id === color)
  const taken = known ?? freshColor(document)
  const id = freshName(document.arrows.map((arrow) => arrow.id))(`${from}-${to}`)
  const arrow: Arrow = { id, from, to, color: taken.id, activation: 'linear', recurrent: false }
  const colored = known ? document : addColor(document, taken)
  return { id, document: { ...colored, arrows: [...colored.arrows, arrow] } }
}

export function setArrow(document: Architecture, arrow: Arrow): Architecture {
  return { ...document, arrows: document.arrows.map((other) => (other.id === arrow.id ? arrow : other)) }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
