import { parseArchitecture } from '../../../src-core/architecture/parse'
import type { RunDetail } from '../../../src-core/contract/runs'

/** Of an architecture, what makes no other network: where shapes stand, what is written about it, a plan it suggests. */
const beside: readonly string[] = ['layout', 'description', 'plan']

/**
 * What of a run is compared with others: its plan, its corpus, and its architecture with all defaults said, so that one
 * that leaves them out does not differ from one that says them.
 * @throws UnrollError as `parseArchitecture`
 */
export function comparedDocument({
  plan,
  corpus,
  architecture,
}: Pick<RunDetail, 'plan' | 'corpus' | 'architecture'>): object {
  return {
    plan,
    corpus: {
      files: corpus.files.map(({ path }) => path).join(', '),
      tokens: corpus.tokens,
      length: corpus.length,
      vocabulary: corpus.vocabularySize,
      content: corpus.indexSha256.slice(0, 12),
    },
    architecture: Object.fromEntries(
      Object.entries(parseArchitecture(architecture)).filter(([key]) => !beside.includes(key)),
    ),
  }
}
