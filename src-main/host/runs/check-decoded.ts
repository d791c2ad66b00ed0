import { basename } from 'node:path'
import type { CorpusFile } from '../../../src-core/corpus/corpus-document'
import { UnrollError } from '../../../src-core/errors'

/**
 * Nothing is trained on text that was misread.
 * @throws UnrollError `undecodable-text`
 */
export function checkDecoded(files: readonly CorpusFile[]): void {
  const bad = files.find(({ undecodable }) => undecodable.count > 0)
  if (!bad) return
  const { count, firstOffsets } = bad.undecodable
  throw new UnrollError(
    'undecodable-text',
    `${basename(bad.path)} is not ${bad.encoding ?? 'text'}: ${count} places cannot be decoded, the first at byte ${firstOffsets[0]}.`,
    'Read the corpus as windows-1252 or latin-1, or as bytes.',
  )
}
