import { expect, test } from 'vitest'
import { placeAt, segmentsOf } from '../../../src-renderer/features/generator/segments'
import { levelsOf, shadesOf, type Place } from '../../../src-renderer/features/generator/writing'

const places = (text: string, surprise = 0): Place[] =>
  Array.from(text).map((letter) => ({
    text: letter,
    token: 1,
    likeliest: [],
    surprise,
    copied: 0,
    position: -1,
  }))

const plain = { shades: null, surprises: false, selected: null }

test('a text without marks is one piece', () => {
  const segments = segmentsOf(places('Emma was'), plain)
  expect(segments).toHaveLength(1)
  expect(segments[0]).toMatchObject({ start: 0, end: 8, text: 'Emma was' })
})

test('the selected character is a piece of its own', () => {
  const texts = segmentsOf(places('Emma'), { ...plain, selected: 1 }).map(({ text }) => text)
  expect(texts).toEqual(['E', 'm', 'ma'])
})

test('a copied run is a piece with its level', () => {
  const written = places('0123456789')
  const copied = written.map((place, at) => (at === 8 ? { ...place, copied: 8, position: 50 } : place))
  const segments = segmentsOf(copied, { ...plain, shades: shadesOf(copied, levelsOf('chars')) })
  expect(segments.map(({ text, level }) => [text, level])).toEqual([
    ['0', 0],
    ['12345678', 1],
    ['9', 0],
  ])
})

test('surprise is told in steps', () => {
  const levels = [1, 4, 6, 9].map(
    (nats) => segmentsOf(places('a', nats), { ...plain, surprises: true })[0].surprise,
  )
  expect(levels).toEqual([0, 1, 2, 3])
})

test('a character is found in pieces of longer and of empty tokens', () => {
  const words = [...places('a'), ...places('b'), ...places('c')]
  words[0] = { ...words[0], text: 'will' }
  words[1] = { ...words[1], text: '' }
  words[2] = { ...words[2], text: ' to' }
  const [segment] = segmentsOf(words, plain)
  expect([0, 3, 4, 6, 99].map((character) => placeAt(words, segment, character))).toEqual([0, 0, 2, 2, 2])
})
