import type { ColorParameters } from './colors'

/** One matrix of what is learned, or a row of it (a bias, a scale), as engines name it. */
export interface LearnedMatrix {
  readonly name: string
  /** The colour's id. */
  readonly color: string
  readonly rows: number
  readonly columns: number
  /** Side by side in the columns. */
  readonly gates: number
  readonly kind: 'weights' | 'bias' | 'embedding' | 'normalization'
}

/** All that is learned, colour after colour, statistics of batch normalizations included. */
export function learnedMatrices(parameters: readonly ColorParameters[]): LearnedMatrix[] {
  return parameters.flatMap(({ color, kind, matrix, gates, bias, normalized, normalization }) => {
    const found: LearnedMatrix[] = []
    const add = (what: string, rows: number, columns: number, as: LearnedMatrix['kind'], cut = 1) =>
      found.push({ name: `${color.id}/${what}`, color: color.id, rows, columns, gates: cut, kind: as })
    if (matrix) {
      const what = kind === 'embedding' ? 'embedding' : 'weights'
      add(what, matrix[0], matrix[1], what, gates)
    }
    if (bias > 0) add('bias', 1, bias, 'bias', gates)
    if (normalized === 0) return found
    for (const what of ['gamma', 'beta']) add(what, 1, normalized, 'normalization')
    if (normalization !== 'batch') return found
    for (const what of ['mean', 'variance']) add(what, 1, normalized, 'normalization')
    return found
  })
}
