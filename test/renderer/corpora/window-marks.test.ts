import { describe, expect, it } from 'vitest'
import { type Cut, markOf, windowAt } from '../../../src-renderer/features/corpora/window-marks'

/** Windows of 4 that predict the fifth token, over 20 tokens: they begin at 0, 4, 8, 12. */
const cut: Cut = {
  order: 'windows',
  window: 4,
  tokensNeeded: 5,
  stride: 4,
  predicted: [5],
  windows: 4,
  batch: 2,
}
const marks = (shown: number | null, given: Cut = cut) =>
  Array.from({ length: 20 }, (_, place) => markOf(place, shown, given))
const placesOf = (flags: readonly boolean[]) => flags.flatMap((flag, place) => (flag ? [place] : []))

describe('a window on the text', () => {
  it('reads n tokens and predicts those that the network predicts', () => {
    expect(placesOf(marks(1).map(({ read }) => read))).toEqual([4, 5, 6, 7])
    expect(placesOf(marks(1).map(({ predicted }) => predicted))).toEqual([8])
  })

  it('begins every stride, as long as one fits', () => {
    expect(placesOf(marks(0).map(({ begins }) => begins))).toEqual([0, 4, 8, 12])
  })

  it('is the last that begins at or before a place', () => {
    expect([0, 3, 4, 11, 19].map((place) => windowAt(place, cut))).toEqual([0, 0, 1, 2, 3])
    expect(windowAt(3, { ...cut, windows: 0 })).toBeNull()
  })

  it('may overlap with the next', () => {
    const sliding = { ...cut, stride: 1, windows: 16 }
    expect(windowAt(7, sliding)).toBe(7)
    expect(placesOf(marks(7, sliding).map(({ read }) => read))).toEqual([7, 8, 9, 10])
  })

  it('begins a lane where a row of the first batch stands', () => {
    const lanes = { ...cut, order: 'lanes' as const }
    expect(marks(0, lanes).flatMap(({ lane }, place) => (lane === null ? [] : [[place, lane]]))).toEqual([
      [0, 1],
      [8, 2],
    ])
    expect(marks(0).every(({ lane }) => lane === null)).toBe(true)
  })

  it('marks nothing where there is no window', () => {
    expect(placesOf(marks(null).map(({ read, predicted }) => read || predicted))).toEqual([])
  })
})
