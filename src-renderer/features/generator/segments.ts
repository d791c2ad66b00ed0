import type { CopiedRun, Place, Shade } from './writing'

/** A stretch of places that look the same. */
export interface Segment {
  /** The first place and the one behind the last. */
  readonly start: number
  readonly end: number
  readonly text: string
  readonly level: Shade['level']
  readonly run: CopiedRun | null
  /** 0 to 3: how much the characters surprise the network itself. */
  readonly surprise: 0 | 1 | 2 | 3
  readonly isSelected: boolean
}

export interface SegmentOptions {
  readonly shades: readonly Shade[] | null
  readonly surprises: boolean
  readonly selected: number | null
}

/** Nats from which a character counts as surprising: one in 20, in 150, in 1,100. */
const SURPRISES = [3, 5, 7]

/** A text as few pieces, so that drawing it costs what changes in it. */
export function segmentsOf(places: readonly Place[], options: SegmentOptions): Segment[] {
  const segments: Segment[] = []
  for (let at = 0; at < places.length; at++) {
    const { text } = places[at]
    const look = lookOf(places[at], at, options)
    const before = segments.at(-1)
    if (before && isAlike(before, look)) {
      segments[segments.length - 1] = { ...before, end: at + 1, text: before.text + text }
    } else {
      segments.push({ ...look, start: at, end: at + 1, text })
    }
  }
  return segments
}

/** The place of a character of a segment. */
export function placeAt(places: readonly Place[], segment: Segment, character: number): number {
  let reached = 0
  for (let at = segment.start; at < segment.end; at++) {
    reached += places[at].text.length
    if (character < reached) return at
  }
  return segment.end - 1
}

type Look = Omit<Segment, 'start' | 'end' | 'text'>

function lookOf(place: Place, at: number, { shades, surprises, selected }: SegmentOptions): Look {
  const { level, run } = shades?.[at] ?? { level: 0, run: null }
  return { level, run, surprise: surprises ? surpriseOf(place) : 0, isSelected: at === selected }
}

function surpriseOf({ surprise }: Place): Segment['surprise'] {
  if (!(surprise >= SURPRISES[0])) return 0
  return surprise >= SURPRISES[2] ? 3 : surprise >= SURPRISES[1] ? 2 : 1
}

function isAlike(a: Look, b: Look): boolean {
  return a.run === b.run && a.surprise === b.surprise && !a.isSelected && !b.isSelected
}
