import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { tokensFromBytes } from '../../src-core/corpus/token-array'
import { Vocabulary } from '../../src-core/corpus/vocabulary'
import type { StoredCorpus } from './corpora'
import { indexName } from './corpora-encoding'

/** The texts of the tokens from one place on, read from there alone; fewer where the corpus ends before. */
export async function sliceOf(corpus: StoredCorpus, from: number, count: number): Promise<string[]> {
  const { length, index, vocabulary } = corpus.document
  const end = Math.min(length, from + count)
  if (end <= from) return []
  const bytes = new Uint8Array((end - from) * index.width)
  const file = await open(join(corpus.folder, indexName))
  try {
    await file.read(bytes, 0, bytes.length, from * index.width)
  } finally {
    await file.close()
  }
  const labels = new Vocabulary(vocabulary)
  return Array.from(tokensFromBytes(bytes, index.width), (token) => labels.label(token))
}
