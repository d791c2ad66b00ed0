import type { CorpusEntry } from '../../src-core/contract/corpora'
import { errorData, type ErrorData } from '../../src-core/contract/error-data'
import { UnrollError } from '../../src-core/errors'
import { sizeOfFile } from '../store/corpora-files'
import type { CorpusRecord } from '../store/corpus-records'

/** A corpus as pages see it, with what is wrong with its files now. */
export async function corpusEntry(id: string, record: CorpusRecord): Promise<CorpusEntry> {
  const { name, reading, found } = record
  const { files, length, vocabularySize, baselines } = found
  return {
    id,
    name,
    reading,
    found: { files, length, vocabularySize, baselines },
    error: await troubleOf(record),
  }
}

/** Why the files cannot be read now as they were; null where they can. */
async function troubleOf({ paths, found }: CorpusRecord): Promise<ErrorData | null> {
  try {
    for (const [at, { size }] of found.files.entries()) {
      const path = paths[at]
      const now = await sizeOfFile(path)
      if (now === size) continue
      throw new UnrollError(
        'corpus-changed',
        `${path} has ${now} bytes now; when it was read it had ${size}.`,
        'Read the corpus again.',
      )
    }
    return null
  } catch (error) {
    return errorData(error, { code: 'file-not-readable', message: 'The files cannot be read', wayOut: '' })
  }
}
