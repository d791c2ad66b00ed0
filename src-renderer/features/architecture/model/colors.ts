import { freshName } from '../../../../src-core/architecture/fresh-name'
import type { Architecture, Color } from '../../../../src-core/architecture/schema'
import { dashes } from './hues'

const LETTERS = 'abcdefghijklmnopqrstuvwxyz'

/** A colour that the document lacks: the next free letter, a dash and, by its place in the list, a hue. */
export function freshColor(document: Architecture, wishes: Partial<Color> = {}): Color {
  const letters = new Set(document.colors.map(({ letter }) => letter))
  const letter =
    wishes.letter !== undefined && !letters.has(wishes.letter) ? wishes.letter : freshLetter(letters)
  const used = document.colors.map(({ dash }) => dash)
  const rarest = dashes.reduce((least, dash) => (count(used, dash) < count(used, least) ? dash : least))
  return {
    dash: rarest,
    initialization: 'glorot',
    bias: 'zeros',
    ...wishes,
    id: freshName(document.colors.map(({ id }) => id))(wishes.id ?? `weights-${letter}`),
    letter,
  }
}

/** How the weights of the first embedding look and begin, as the lesson has them. */
export const embeddingColor: Partial<Color> = {
  id: 'embedding',
  letter: 'e',
  dash: 'dash-dot',
  hex: '#7c4dbd',
  initialization: 'uniform',
}

/** Stands for weights of its own where a colour is chosen; no id is like it. */
export const NEW_COLOR = ':new'

/**
 * The colour that was chosen and the document that has it.
 * @param choice an id, `NEW_COLOR`, or the empty string for none.
 */
export function chooseColor(
  document: Architecture,
  choice: string,
  wishes: Partial<Color> = {},
): { readonly document: Architecture; readonly color: string | null } {
  if (choice !== NEW_COLOR) return { document, color: choice === '' ? null : choice }
  const color = freshColor(document, wishes)
  return { document: addColor(document, color), color: color.id }
}

export function addColor(document: Architecture, color: Color): Architecture {
  return { ...document, colors: [...document.colors, color] }
}

export function setColor(document: Architecture, color: Color): Architecture {
  return {
    ...document,
    colors: document.colors.map((existing) => (existing.id === color.id ? color : existing)),
  }
}

/** Takes a colour away that nothing uses; one that is used stays. */
export function removeColor(document: Architecture, id: string): Architecture {
  if (usersOf(document, id) > 0 || !document.colors.some((color) => color.id === id)) return document
  return { ...document, colors: document.colors.filter((color) => color.id !== id) }
}

/** How many arrows, embeddings and normalizations are of the colour. */
export function usersOf({ arrows, shapes }: Architecture, id: string): number {
  const matching = shapes.filter(
    (shape) =>
      (shape.kind === 'circle' && shape.normalization?.color === id) ||
      (shape.kind === 'rectangle' &&
        shape.source.kind === 'character' &&
        shape.source.encoding.kind === 'embedding' &&
        shape.source.encoding.color === id),
  )
  return matching.length + arrows.filter((arrow) => arrow.color === id).length
}

/** a to z, then a2, b2 … */
function freshLetter(taken: ReadonlySet<string>): string {
  for (let round = 1; ; round++) {
    for (const letter of LETTERS) {
      const wanted = round === 1 ? letter : `${letter}${round}`
      if (!taken.has(wanted)) return wanted
    }
  }
}

function count<Item>(items: readonly Item[], wanted: Item): number {
  return items.filter((item) => item === wanted).length
}
