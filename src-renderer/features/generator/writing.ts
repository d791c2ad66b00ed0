import type { HostCalls } from '../../../src-core/contract/host'
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
  /** 0 where it is not known. */
  readonly token: number
  /** Likeliest first; none where that is not known. Of the network itself, before temperature and cuts. */
  readonly likeliest: readonly Alternative[]
  /** In nats. */
  readonly surprise: number
  /** Length of the run ending here that also stands in the corpus; null where it was not looked for, or not yet. */
  readonly copied: number | null
  /** Where in the corpus that run begins; −1 for nowhere. */
  readonly position: number
}

/** What the host finds of a text in the corpus, token by token. */
export type FoundCopies = Awaited<ReturnType<HostCalls['sampling']['copies']>>

/** A prime that a person gave and what a network wrote behind it. */
export interface Writing {
  readonly prime: string
  readonly places: readonly Place[]
  /** The run that wrote; absent where that is not known. */
  readonly run?: string
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

/** A text of which nothing else is known: a place a character. */
export function plainPlaces(text: string): Place[] {
  return Array.from(text, (character) => plainPlace(character, null, -1))
}

/** A text behind its prime as the host read it. @param found what it knows of prime and text together */
export function readPlaces(prime: string, { texts, copied, positions }: FoundCopies): Place[] {
  let at = 0
  for (let read = 0; at < texts.length && read < prime.length; at++) read += texts[at].length
  return texts.slice(at).map((text, place) => plainPlace(text, copied[at + place], positions[at + place]))
}

function plainPlace(text: string, copied: number | null, position: number): Place {
  return { text, token: 0, likeliest: [], surprise: 0, copied, position }
}

export function textOf({ prime, places }: Writing): string {
  return prime + places.map(({ text }) => text).join('')
}

/** A place where another of the likeliest tokens stands. */
export function placeWith(place: Place, { token, probability }: Alternative, text: string): Place {
  return { ...place, text, token, surprise: -Math.log(probability), copied: null, position: -1 }
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
