import type { HostCalls } from '../../../src-core/contract/host'
import { showToken } from '../../ui/format'
import type { CopiedRun } from './writing'

/** Tokens shown before and after a copied run. */
const AROUND = 16

/** Where a copied run stands in the corpus, with what stands around it there. */
export async function describeRun(
  corpora: Pick<HostCalls['corpora'], 'slice'>,
  corpus: string,
  { position, length }: CopiedRun,
  corpusLength: number,
): Promise<string> {
  const start = Math.max(0, position - AROUND)
  const texts = await corpora.slice(corpus, start, position - start + length + AROUND).catch(() => [])
  const percent = corpusLength > 0 ? Math.floor((100 * position) / corpusLength) : 0
  const found = texts.map((text) => (text === ' ' ? text : showToken(text))).join('')
  return `${length} copied, at ${percent} % of the corpus${found ? `: … ${found} …` : ''}`
}
