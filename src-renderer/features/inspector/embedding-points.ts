export type TokenGroup = 'vowel' | 'letter' | 'capital' | 'digit' | 'other'

export interface EmbeddingPoint {
  readonly token: number
  readonly text: string
  readonly x: number
  readonly y: number
  readonly group: TokenGroup
}

/** Most tokens that are drawn: a vocabulary of words would be a cloud. */
const MOST = 400
const MARGIN = 14

/**
 * Where to draw each token of an embedding.
 * @param points [V, 2]; padding, the first, is left out.
 * @param vocabulary [V]
 * @param size of the square picture
 */
export function pointsOf(
  points: ArrayLike<number>,
  vocabulary: readonly string[],
  size: number,
): EmbeddingPoint[] {
  const count = Math.min(points.length / 2, vocabulary.length, MOST + 1)
  const scales = [0, 1].map((axis) => scaleOf(points, axis, count, size))
  const drawn: EmbeddingPoint[] = []
  for (let token = 1; token < count; token++) {
    const text = vocabulary[token]
    const [x, y] = scales.map((scale, axis) => scale(points[2 * token + axis]))
    drawn.push({ token, text, x, y: size - y, group: groupOf(text) })
  }
  return drawn
}

export function groupOf(text: string): TokenGroup {
  if (/^[aeiouäöüàèéêôœæ]$/iu.test(text) && text === text.toLowerCase()) return 'vowel'
  if (/^\p{Lu}/u.test(text)) return 'capital'
  if (/^\p{L}/u.test(text)) return 'letter'
  return /^\p{N}/u.test(text) ? 'digit' : 'other'
}

function scaleOf(
  points: ArrayLike<number>,
  axis: number,
  count: number,
  size: number,
): (value: number) => number {
  let smallest = Infinity
  let largest = -Infinity
  for (let token = 1; token < count; token++) {
    smallest = Math.min(smallest, points[2 * token + axis])
    largest = Math.max(largest, points[2 * token + axis])
  }
  const span = largest - smallest
  if (!(span > 0)) return () => size / 2
  return (value) => MARGIN + ((value - smallest) / span) * (size - 2 * MARGIN)
}
