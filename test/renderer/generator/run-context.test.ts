import { expect, test } from 'vitest'
import { contextOf } from '../../../src-renderer/features/generator/run-context'

const TEXT = 'a'.repeat(30) + 'the quick\nbrown fox' + 'z'.repeat(51)
const corpora = {
  slice: async (_: string, start: number, count: number) =>
    Promise.resolve(Array.from(TEXT.slice(start, start + count))),
}
const run = { first: 0, last: 8, length: 9, position: 30 }

test('a copied run is shown with what stands around it, and where', async () => {
  const context = await contextOf(corpora, 'c', run, 100)
  expect(context?.copied).toBe('the quick')
  expect(context?.before).toBe('a'.repeat(24))
  expect(context?.after).toBe('⏎brown foxzzzzzzzzzzzzzz')
  expect(context?.share).toBe(0.3)
})

test('at the beginning of a corpus nothing stands before it', async () => {
  const context = await contextOf(corpora, 'c', { ...run, position: 2, length: 3 }, 100)
  expect(context).toMatchObject({ before: 'aa', copied: 'aaa' })
})

test('a corpus that cannot be read has no context', async () => {
  const gone = { slice: async () => Promise.reject(new Error('gone')) }
  expect(await contextOf(gone, 'c', run, 100)).toBeNull()
})
