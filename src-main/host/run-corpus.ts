import { UnrollError } from '../../src-core/errors'
import type { CorpusIdentity } from '../../src-core/training/checkpoint'
import { encodeCorpus, openCorpus, type StoredCorpus } from '../store/corpora'

/**
 * The corpus that a run was trained on: where it was encoded, or made again from its files.
 * @param encoded the folder where it was encoded; null where that is not known.
 * @throws UnrollError `corpus-changed-since`, and those of `encodeCorpus`
 */
export async function openRunCorpus(
  { tokens, fallback, files, indexSha256 }: CorpusIdentity,
  encoded: string | null,
): Promise<StoredCorpus> {
  const kept = encoded === null ? null : await openCorpus(encoded).catch(() => null)
  if (kept?.document.index.sha256 === indexSha256) return kept
  const paths = files.map(({ path }) => path)
  const again = await encodeCorpus(paths, { tokens, fallback })
  if (again.document.index.sha256 === indexSha256) return again
  throw new UnrollError(
    'corpus-changed-since',
    `The corpus is not the one that the run began with: ${paths.join(', ')}.`,
    'Put the files of then in their place, or train a new run on those of now.',
  )
}
