import { expect, test, vi } from 'vitest'
import { CopyFinder } from '../../../src-renderer/features/generator/copy-finder.svelte'
import { sampleNear, SampleTexts } from '../../../src-renderer/features/generator/sample-texts.svelte'
import { TextHistory } from '../../../src-renderer/features/generator/text-history.svelte'
import {
  plainPlaces,
  textOf,
  type FoundCopies,
  type Writing,
} from '../../../src-renderer/features/generator/writing'

/** A place a character; tokens are their codes. */
function written(prime: string, text: string): Writing {
  const places = plainPlaces(text).map((place) => ({ ...place, token: place.text.charCodeAt(0) }))
  return { prime, places, run: 'r' }
}

/** A corpus in which every run ends after three characters. */
function fakeSampling() {
  const copies = vi.fn(
    async (_run: string, { prime, tokens }: { prime: string; tokens: Int32Array }): Promise<FoundCopies> => {
      const texts = [...Array.from(prime), ...Array.from(tokens, (token) => String.fromCharCode(token))]
      return Promise.resolve({
        texts,
        copied: Int32Array.from(texts, (_, at) => (at % 3) + 1),
        positions: Int32Array.from(texts, (_, at) => 100 + at - (at % 3)),
      })
    },
  )
  return { copies }
}

test('what was not known when it was written is found, also in the versions before', async () => {
  const history = new TextHistory()
  const sampling = fakeSampling()
  const finder = new CopyFinder(sampling, history)
  const first = written('Em', 'ma')
  history.push(first)
  history.push({ ...first, places: [...first.places, ...written('', ' was').places] })
  const finding = finder.find(history.current)
  expect(finder.isFinding).toBe(true)
  await finding
  expect(finder.isFinding).toBe(false)
  expect(history.current.places.map(({ copied }) => copied)).toEqual([3, 1, 2, 3, 1, 2])
  expect(history.current.places[0].position).toBe(100)
  history.undo()
  expect(history.current.places.map(({ copied }) => copied)).toEqual([3, 1])
  expect(textOf(history.current)).toBe('Emma')
})

test('asks once for a text, and not where all is known or no run is', async () => {
  const sampling = fakeSampling()
  const finder = new CopyFinder(sampling, new TextHistory())
  const text = written('', 'Emma')
  await Promise.all([finder.find(text), finder.find(text)])
  expect(sampling.copies).toHaveBeenCalledTimes(1)
  await finder.find({ ...text, places: text.places.map((place) => ({ ...place, copied: 0 })) })
  await finder.find({ prime: '', places: plainPlaces('Emma') })
  expect(sampling.copies).toHaveBeenCalledTimes(1)
})

test('a text whose tokens are not known is read anew; where that gives other tokens it is left alone', async () => {
  const history = new TextHistory()
  const sampling = fakeSampling()
  history.push({ prime: 'E', places: plainPlaces('mma'), run: 'r' })
  await new CopyFinder(sampling, history).find(history.current)
  expect(sampling.copies.mock.calls[0][1]).toEqual({ prime: 'Emma', tokens: new Int32Array(0) })
  expect(history.current.places.map(({ copied }) => copied)).toEqual([2, 3, 1])

  const words = plainPlaces('E').map((place) => ({ ...place, text: 'Emma' }))
  history.push({ prime: '', places: words, run: 'r' })
  await new CopyFinder(sampling, history).find(history.current)
  expect(history.current.places[0].copied).toBeNull()
})

test('why nothing is found is told, and forgotten once something is', async () => {
  const sampling = fakeSampling()
  const finder = new CopyFinder(sampling, new TextHistory())
  sampling.copies.mockRejectedValueOnce(new Error('gone'))
  await finder.find(written('', 'a'))
  expect(finder.error).toMatchObject({ message: 'gone' })
  expect(finder.isFinding).toBe(false)
  await finder.find(written('', 'b'))
  expect(finder.error).toBeNull()
})

const sample = (step: number) => ({ step, prime: 'Em', text: 'ma', temperature: 1, seed: 0 })

test('a sample of a run is a text, shaded once its copies are found', async () => {
  const sampling = fakeSampling()
  const texts = new SampleTexts(sampling)
  const before = texts.writing('r', sample(500))
  expect(before.places.map(({ text, copied }) => [text, copied])).toEqual([
    ['m', null],
    ['a', null],
  ])
  const finding = texts.find('r', sample(500))
  expect(texts.isFinding).toBe(true)
  await finding
  expect(texts.isFinding).toBe(false)
  await texts.find('r', sample(500))
  expect(sampling.copies).toHaveBeenCalledTimes(1)
  const found = texts.writing('r', sample(500))
  expect(found.prime).toBe('Em')
  expect(found.places.map(({ text, copied }) => [text, copied])).toEqual([
    ['m', 3],
    ['a', 1],
  ])
  expect(texts.writing('other', sample(500)).places[0].copied).toBeNull()
})

test('a step of the curve belongs to the last sample written by then', () => {
  const samples = [sample(500), sample(1000), sample(1500)]
  expect([1, 500, 999, 1000, 9000].map((step) => sampleNear(samples, step))).toEqual([
    500, 500, 500, 1000, 1500,
  ])
  expect(sampleNear([], 5)).toBeNull()
})
