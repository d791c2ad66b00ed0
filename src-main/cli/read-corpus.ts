import type { FallbackEncoding } from '../../src-core/corpus/single-byte-decoder'
import type { TokenKind } from '../../src-core/corpus/token-array'
import { UnrollError } from '../../src-core/errors'
import { encodeCorpus, type StoredCorpus } from '../store/corpora'
import { locateCorpus } from '../store/corpora-catalogue'
import type { CorpusProgress } from '../store/corpora-files'
import { formatCount } from './output'
import { LiveLine } from './live-line'

export interface ReadCorpusOptions {
  readonly tokens: TokenKind
  /** What the files are read as where they are not UTF-8; what the catalogue knows, where it is left out. */
  readonly fallback?: FallbackEncoding | null
  readonly signal?: AbortSignal
}

/** Encodes the files or catalogue names that were given, with a line of progress where somebody watches. */
export async function readCorpus(
  names: readonly string[],
  { tokens, fallback, signal }: ReadCorpusOptions,
): Promise<StoredCorpus> {
  const line = new LiveLine(process.stderr)
  const onProgress = ({ stage, done, total }: CorpusProgress) => {
    line.show(`${stage} ${Math.floor((100 * done) / Math.max(1, total))} % of ${formatCount(total)} bytes`)
  }
  try {
    const located = await locateCorpus(names, { onProgress, signal })
    return await encodeCorpus(located.paths, {
      tokens,
      fallback: fallback ?? located.fallback,
      onProgress,
      signal,
    })
  } finally {
    line.clear()
  }
}

/**
 * Nothing is trained on text that was misread.
 * @throws UnrollError `undecodable-text`
 */
export function checkDecoded({ document }: StoredCorpus): void {
  const bad = document.files.find(({ undecodable }) => undecodable.count > 0)
  if (!bad) return
  const { count, firstOffsets } = bad.undecodable
  throw new UnrollError(
    'undecodable-text',
    `${bad.path} is not ${bad.encoding ?? 'text'}: ${formatCount(count)} places cannot be decoded, the first at byte ${firstOffsets[0]}.`,
    'Name its encoding with --fallback windows-1252 or latin-1, or read it with --tokens bytes.',
  )
}
