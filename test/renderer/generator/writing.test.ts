import { expect, test } from 'vitest'
import {
  copiedRuns,
  levelsOf,
  longestCopied,
  placesOf,
  placeWith,
  readPlaces,
  shadesOf,
  type Place,
} from '../../../src-renderer/features/generator/writing'

function place(text: string, copied: number | null, position = 0): Place {
  return { text, token: 1, likeliest: [], surprise: 0, copied, position }
}

/** A text whose places end runs of these lengths. */
const running = (...lengths: number[]) =>
  lengths.map((length, at) => place(String(at % 10), length, 100 + at))

test('places take the likeliest tokens of each, without the empty ones', () => {
  const likeliest = new Int32Array(20)
  const probabilities = new Float32Array(20)
  likeliest.set([5, 6], 0)
  probabilities.set([0.5, 0.25], 0)
  likeliest.set([7], 10)
  probabilities.set([1], 10)
  const places = placesOf({
    texts: ['a', 'b'],
    tokens: Int32Array.of(5, 7),
    likeliest,
    probabilities,
    surprises: Float32Array.of(0.5, 0),
    copied: Int32Array.of(1, 2),
    positions: Int32Array.of(9, 9),
  })
  expect(places.map(({ likeliest: shown }) => shown)).toEqual([
    [
      { token: 5, probability: 0.5 },
      { token: 6, probability: 0.25 },
    ],
    [{ token: 7, probability: 1 }],
  ])
  expect(places[1]).toMatchObject({ text: 'b', copied: 2, position: 9 })
})

test('what was not looked for is null, not none', () => {
  const empty = {
    tokens: Int32Array.of(1),
    likeliest: new Int32Array(10),
    probabilities: new Float32Array(10),
  }
  const [only] = placesOf({
    ...empty,
    texts: ['a'],
    surprises: Float32Array.of(1),
    copied: null,
    positions: null,
  })
  expect(only).toMatchObject({ copied: null, position: -1 })
  expect(longestCopied([only])).toBe(0)
})

test('another token stands in a place, as surprising as it was improbable', () => {
  const before = { ...place('w', 5, 40), likeliest: [{ token: 3, probability: 0.5 }] }
  const other = placeWith(before, { token: 7, probability: Math.exp(-2) }, 'o')
  expect(other).toEqual({ ...before, text: 'o', token: 7, surprise: 2, copied: null, position: -1 })
})

test('a text that was read anew begins behind its prime, whatever its tokens are', () => {
  const found = {
    texts: ['the', ' ', 'win', 'ner'],
    copied: Int32Array.of(1, 2, 3, 0),
    positions: Int32Array.of(9, 9, 9, -1),
  }
  expect(readPlaces('the ', found).map(({ text, copied, position }) => [text, copied, position])).toEqual([
    ['win', 3, 9],
    ['ner', 0, -1],
  ])
})

test('a run counts once, at its end', () => {
  const runs = copiedRuns(running(6, 7, 8, 9, 3, 4, 8), 8)
  expect(runs).toEqual([
    { first: -5, last: 3, length: 9, position: 103 },
    { first: -1, last: 6, length: 8, position: 106 },
  ])
})

test('a place is shaded for the longest run that covers it', () => {
  const shades = shadesOf(running(1, 2, 8, 1, 2, 3, 14, 2), levelsOf('chars'))
  expect(shades.map(({ level }) => level)).toEqual([2, 2, 2, 2, 2, 2, 2, 0])
  expect(shadesOf(running(20), levelsOf('chars'))[0].level).toBe(3)
  expect(shadesOf(running(7), levelsOf('chars'))[0]).toEqual({ level: 0, run: null })
  expect(shadesOf(running(3), levelsOf('words'))[0].level).toBe(1)
})
