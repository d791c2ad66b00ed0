import { LIKELIEST, type WrittenPlaces } from '../../../src-core/contract/sampling'

export interface Expected {
  readonly token: number
  readonly probability: number
  /** Whether it is what did come. */
  readonly came: boolean
}

/** What the network expects after one token of a text. */
export interface ExpectationRow {
  readonly token: number
  readonly text: string
  /** Likeliest first. */
  readonly expected: readonly Expected[]
  /** −log p of what did come, in nats; null behind the last token. */
  readonly surprise: number | null
}

/** The likeliest tokens of one place, and the one that stands there. */
export interface ExpectationSource {
  readonly places: WrittenPlaces
  readonly next: { readonly likeliest: Int32Array; readonly probabilities: Float32Array }
}

/**
 * The lesson's get_nexts as a table. Places tell what was expected where a token stands; a row tells what is expected
 * behind it, so each takes the place after its own.
 */
export function expectationRows({ places, next }: ExpectationSource): ExpectationRow[] {
  const { texts, tokens, likeliest, probabilities, surprises } = places
  return texts.map((text, at) => {
    const behind = at + 1
    const isLast = behind === texts.length
    const from = isLast ? 0 : behind * LIKELIEST
    const ids = isLast ? next.likeliest : likeliest
    const shares = isLast ? next.probabilities : probabilities
    const expected: Expected[] = []
    for (let rank = from; rank < Math.min(from + LIKELIEST, ids.length) && ids[rank] !== 0; rank++) {
      const came = !isLast && ids[rank] === tokens[behind]
      expected.push({ token: ids[rank], probability: shares[rank], came })
    }
    return { token: tokens[at], text, expected, surprise: isLast ? null : surprises[behind] }
  })
}
