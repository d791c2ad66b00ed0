import type { WindowOrder } from '../../../src-core/corpus/windows'

/** How a corpus is cut. */
export interface Cut {
  readonly order: WindowOrder
  /** n: tokens that a window reads. */
  readonly window: number
  /** L: tokens up to the last one that is predicted. */
  readonly tokensNeeded: number
  /** s: from the start of a window to the start of the next. */
  readonly stride: number
  /** Places that are predicted, from 1 to L, in order. */
  readonly predicted: readonly number[]
  /** Windows of the corpus. */
  readonly windows: number
  /** B */
  readonly batch: number
}

/** What a token is in the window that is looked at. */
export interface Mark {
  readonly read: boolean
  readonly predicted: boolean
  /** Whether some window begins here. */
  readonly begins: boolean
  /** The lane whose first token this is, from 1; null where none begins. */
  readonly lane: number | null
}

/** The window that is looked at when a place of the text is: the last that begins at or before it; null for none. */
export function windowAt(place: number, { stride, windows }: Cut): number | null {
  if (windows === 0) return null
  return Math.min(windows - 1, Math.floor(place / stride))
}

/** Windows of one lane: row k of a batch goes through windows k · batches, k · batches + 1, … */
function batchesOf({ windows, batch }: Cut): number {
  return Math.floor(windows / batch)
}

/** @param shown the window that is looked at, counted from 0. */
export function markOf(place: number, shown: number | null, cut: Cut): Mark {
  const { stride, windows, window, predicted, order } = cut
  const start = shown === null ? -1 : shown * stride
  const within = shown === null ? -1 : place - start
  const index = place / stride
  const begins = Number.isInteger(index) && index < windows
  const batches = batchesOf(cut)
  const startsLane =
    order === 'lanes' && begins && batches > 0 && index % batches === 0 && index / batches < cut.batch
  return {
    read: within >= 0 && within < window,
    predicted: within >= 0 && predicted.includes(within + 1),
    begins,
    lane: startsLane ? index / batches + 1 : null,
  }
}
