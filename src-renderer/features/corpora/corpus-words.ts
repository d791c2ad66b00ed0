import type { CorpusEntry } from '../../../src-core/contract/corpora'
import { formatCount } from '../../ui/format'

/** What stands under a corpus's name. */
export function describeCorpus({ reading, found, error }: CorpusEntry): string {
  if (error !== null) return error.message
  if (found === null) return 'not read yet'
  return `${reading.tokens} · vocabulary ${vocabularyOf(found)} · ${formatCount(undecodedOf(found))} undecoded`
}

type Found = NonNullable<CorpusEntry['found']>

/** Different tokens as they are counted in the lesson: with the padding's index. */
function vocabularyOf({ vocabularySize }: Found): string {
  return formatCount(vocabularySize)
}

/** Bytes of all files that could not be read as text. */
function undecodedOf({ files }: Found): number {
  return files.reduce((sum, { undecodable }) => sum + undecodable.count, 0)
}
