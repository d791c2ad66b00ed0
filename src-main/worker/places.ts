import { LIKELIEST, type WrittenPlaces } from '../../src-core/contract/sampling'
import type { Likely } from '../../src-core/sampling/distribution'

/** One place of a text: the token that stands there, and what was expected. */
export interface Place {
  readonly text: string
  readonly token: number
  /** Likeliest first. */
  readonly likeliest: readonly Likely[]
  readonly surprise: number
  /** Length of the longest run ending here that stands in the corpus, and where; null where that was not asked for, or is not known yet. */
  readonly copied: { readonly length: number; readonly position: number | null } | null
}

/** Places as they travel. @param novelty whether they say what is copied. */
export function writtenPlaces(places: readonly Place[], novelty: boolean): WrittenPlaces {
  const { tokens: likeliest, probabilities } = likeliestOf(places.map((place) => place.likeliest))
  return {
    texts: places.map(({ text }) => text),
    tokens: Int32Array.from(places, ({ token }) => token),
    likeliest,
    probabilities,
    surprises: Float32Array.from(places, ({ surprise }) => surprise),
    copied: novelty ? Int32Array.from(places, ({ copied }) => copied?.length ?? 0) : null,
    positions: novelty ? Int32Array.from(places, ({ copied }) => copied?.position ?? -1) : null,
  }
}

/** [n, LIKELIEST] each; token 0 with probability 0 where there are fewer. */
export function likeliestOf(places: readonly (readonly Likely[])[]): {
  tokens: Int32Array<ArrayBuffer>
  probabilities: Float32Array<ArrayBuffer>
} {
  const tokens = new Int32Array(places.length * LIKELIEST)
  const probabilities = new Float32Array(places.length * LIKELIEST)
  for (const [place, likeliest] of places.entries()) {
    for (const [rank, { token, probability }] of likeliest.slice(0, LIKELIEST).entries()) {
      tokens[place * LIKELIEST + rank] = token
      probabilities[place * LIKELIEST + rank] = probability
    }
  }
  return { tokens, probabilities }
}
