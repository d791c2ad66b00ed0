import { LIKELIEST, type WrittenPlaces } from '../../../src-core/contract/sampling'

/** A token and how probable it was where it could have stood. */
export interface Alternative {
  readonly token: number
  readonly probability: number
}

/** One place of a written text. */
export interface Place {
  /** What it adds to the text; '' within a character of several bytes. */
  readonly text: string
  readonly token: number
  /** Likeliest first, of the network itself, before temperature and cuts. */
  readonly likeliest: readonly Alternative[]
  /** In nats. */
  readonly surprise: number
  /** Length of the run ending here that also stands in the corpus; null where it was not looked for. */
  readonly copied: number | null
  /** Where in the corpus that run begins; −1 for nowhere. */
  readonly position: number
}

/** A prime that a person gave and what a network wrote behind it. */
export interface Writing {
  readonly prime: string
  readonly places: readonly Place[]
}

export const blank: Writing = { prime: '', places: [] }

/** Places as the host sends them, one object each. */
export function placesOf(written: WrittenPlaces): Place[] {
  const { texts, tokens, likeliest, probabilities, surprises, copied, positions } = written
  return texts.map((text, at) => {
    const alternatives: Alternative[] = []
    for (let rank = at * LIKELIEST; rank < (at + 1) * LIKELIEST; rank++) {
      if (likeliest[rank] === 0) break
      alternatives.push({ token: likeliest[rank], probability: probabilities[rank] })
    }
    return {
      text,
      token: tokens[at],
      likeliest: alternatives,
      surprise: surprises[at],
      copied: copied ? copied[at] : null,
      position: positions ? positions[at] : -1,
    }
  })
}

export function textOf({ prime, places }: Writing): string {
  return prime + places.map(({ text }) => text).join('')
}

/** The text up to one place, with something else there: what is written on from it begins like this. */
export function primeWith({ prime, places }: Writing, at: number, text: string): string {
  return textOf({ prime, places: places.slice(0, at) }) + text
}

/** A stretch of a text that also stands in the corpus, as long as it goes on. */
export interface CopiedRun {
  /** First and last place; the first is negative where it begins within the prime. */
  readonly first: number
  readonly last: number
  readonly length: number
  /** Where in the corpus it begins. */
  readonly position: number
}

/** The longest runs of at least `shortest` tokens, in the order of their ends; runs may overlap. */
export function copiedRuns(places: readonly Place[], shortest: number): CopiedRun[] {
  const runs: CopiedRun[] = []
  for (let at = 0; at < places.length; at++) {
    const { copied, position } = places[at]
    if (copied === null || copied < shortest) continue
    // A run that the next token goes on with ends later.
    if (at + 1 < places.length && (places[at + 1].copied ?? 0) > copied) continue
    runs.push({ first: at - copied + 1, last: at, length: copied, position })
  }
  return runs
}

/** What a place is shaded for: how strongly, and what its longest run is. */
export interface Shade {
  readonly level: 0 | 1 | 2 | 3
  readonly run: CopiedRun | null
}

/** From how many tokens on a run is shaded, and shaded more; a run of five letters stands in any book. */
const LEVELS = { chars: [8, 14, 20], bytes: [8, 14, 20], words: [3, 5, 8] } as const

export type Levels = readonly [number, number, number]

export function levelsOf(tokens: keyof typeof LEVELS): Levels {
  return LEVELS[tokens]
}

const unshaded: Shade = { level: 0, run: null }

/** [n] of each place, by the longest run that covers it. */
export function shadesOf(places: readonly Place[], levels: Levels): Shade[] {
  const shades = places.map(() => unshaded)
  for (const run of copiedRuns(places, levels[0])) {
    const level = run.length >= levels[2] ? 3 : run.length >= levels[1] ? 2 : 1
    for (let at = Math.max(0, run.first); at <= run.last; at++) {
      if ((shades[at].run?.length ?? 0) < run.length) shades[at] = { level, run }
    }
  }
  return shades
}

/** The length of the longest run, 0 where none was looked for. */
export function longestCopied(places: readonly Place[]): number {
  return places.reduce((longest, { copied }) => Math.max(longest, copied ?? 0), 0)
}
