export type TokenGroup = 'vowel' | 'letter' | 'capital' | 'digit' | 'other'

export interface EmbeddingPoint {
  readonly token: number
  readonly text: string
  readonly x: number
  readonly y: number
  /** Where its label stands without lying on another's. */
  readonly labelX: number
  readonly labelY: number
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
  const drawn: Label[] = []
  for (let token = 1; token < count; token++) {
    const text = vocabulary[token]
    const [x, y] = scales.map((scale, axis) => scale(points[2 * token + axis]))
    drawn.push({ token, text, x, y: size - y, labelX: x, labelY: size - y, group: groupOf(text) })
  }
  spread(drawn, size)
  return drawn
}

type Label = { -readonly [Key in keyof EmbeddingPoint]: EmbeddingPoint[Key] }

/** Room that a label takes, by its characters, in the units of the picture. */
const ROOM = { character: 9, height: 14 }
const ROUNDS = 120

/** Pushes labels apart that lie on one another, each pair along the way that is shorter, a little at a time. */
function spread(labels: Label[], size: number): void {
  const widths = labels.map(({ text }) => ROOM.character * Math.max(1, Array.from(text).length))
  const inside = (value: number) => Math.max(MARGIN / 2, Math.min(size - MARGIN / 2, value))
  for (let round = 0; round < ROUNDS; round++) {
    let isDone = true
    for (let i = 0; i < labels.length; i++) {
      for (let j = i + 1; j < labels.length; j++) {
        const [a, b] = [labels[i], labels[j]]
        const dx = b.labelX - a.labelX
        const dy = b.labelY - a.labelY
        const overX = (widths[i] + widths[j]) / 2 - Math.abs(dx)
        const overY = ROOM.height - Math.abs(dy)
        if (overX <= 0 || overY <= 0) continue
        isDone = false
        // Half of what is too near, on both sides; of two on one spot the later one goes right.
        if (overX < overY) {
          const push = (dx < 0 ? -0.5 : 0.5) * overX
          a.labelX = inside(a.labelX - push)
          b.labelX = inside(b.labelX + push)
        } else {
          const push = (dy < 0 ? -0.5 : 0.5) * overY
          a.labelY = inside(a.labelY - push)
          b.labelY = inside(b.labelY + push)
        }
      }
    }
    if (isDone) return
  }
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
