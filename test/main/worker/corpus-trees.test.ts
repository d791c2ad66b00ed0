import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { corpusIdentity, type CorpusIdentity } from '../../../src-core/training/checkpoint'
import { encodeCorpus } from '../../../src-main/store/corpora'
import { CorpusTrees } from '../../../src-main/worker/corpus-trees'
import { TextCopies } from '../../../src-main/worker/text-copies'
import { temporaryFolder } from '../store/temporary-folder'

async function corpusOf(text: string): Promise<{ corpus: CorpusIdentity; encoded: string; file: string }> {
  const folder = await temporaryFolder()
  const file = join(folder, 'text.txt')
  await writeFile(file, text)
  const { folder: encoded, document } = await encodeCorpus([file], { tokens: 'chars', cache: folder })
  return { corpus: corpusIdentity(document), encoded, file }
}

test('while a tree is built, others have their turns', async () => {
  const { corpus, encoded } = await corpusOf('the quick brown fox '.repeat(2500))
  const trees = new CorpusTrees()
  let turns = 0
  let isBuilding = true
  const count = (): void => {
    turns++
    if (isBuilding) setImmediate(count)
  }
  expect(trees.ready(corpus, encoded)).toBeNull()
  setImmediate(count)
  const { tree, vocabulary } = await trees.of(corpus, encoded)
  isBuilding = false
  // A piece is a thousand of the 50,000 tokens.
  expect(turns).toBeGreaterThan(45)
  expect(trees.ready(corpus, encoded)).toBe(tree)
  expect(vocabulary.decode([...tree.corpus.slice(0, 9)])).toBe('the quick')
})

test('a text that is being written has more of the time', async () => {
  const { corpus, encoded } = await corpusOf('the quick brown fox '.repeat(2500))
  let isBuilding = true
  const turnsWhile = async (isWriting: boolean) => {
    let turns = 0
    isBuilding = true
    const count = (): void => {
      turns++
      if (isBuilding) setImmediate(count)
    }
    setImmediate(count)
    await new CorpusTrees(() => isWriting).of(corpus, encoded)
    isBuilding = false
    return turns
  }
  expect(await turnsWhile(true)).toBeGreaterThan(2 * (await turnsWhile(false)))
})

test('a corpus that is gone is no hindrance until somebody waits for it, and is looked for again', async () => {
  const { corpus, encoded, file } = await corpusOf('the quick brown fox')
  await rm(file)
  const trees = new CorpusTrees()
  expect(trees.ready(corpus, null)).toBeNull()
  await expect(trees.of(corpus, null)).rejects.toMatchObject({ code: 'file-not-found' })
  expect((await trees.of(corpus, encoded)).tree.corpus).toHaveLength(19)
})

test('a text that began before its tree was there is followed from its beginning', async () => {
  const { corpus, encoded } = await corpusOf('the quick brown fox')
  const { tree, vocabulary } = await new CorpusTrees().of(corpus, encoded)
  const tokens = (text: string) => vocabulary.encode(text).indices
  let there: typeof tree | null = null
  const copies = new TextCopies(tokens('the qu'), () => there)
  const [i, c, , x] = tokens('ickx')
  expect(copies.advance(i)).toBeNull()
  there = tree
  expect(copies.advance(c)).toEqual({ length: 8, position: 0 })
  expect(copies.advance(x)).toEqual({ length: 1, position: 18 })
})
