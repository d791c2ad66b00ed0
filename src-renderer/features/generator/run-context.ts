import type { HostCalls } from '../../../src-core/contract/host'
import { showToken } from '../../ui/format'
import type { CopiedRun } from './writing'

/** Tokens shown before and after a copied run. */
const AROUND = 24

/** Where a copied run stands in the corpus. */
export interface RunContext {
  readonly before: string
  readonly copied: string
  readonly after: string
  /** How far into the corpus, of 1. */
  readonly share: number
}

/** @returns null where the corpus cannot be read. */
export async function contextOf(
  corpora: Pick<HostCalls['corpora'], 'slice'>,
  corpus: string,
  { position, length }: CopiedRun,
  corpusLength: number,
): Promise<RunContext | null> {
  const start = Math.max(0, position - AROUND)
  const inside = position - start
  const texts = await corpora.slice(corpus, start, inside + length + AROUND).catch(() => null)
  if (!texts) return null
  const shown = texts.map((text) => (text === ' ' ? text : showToken(text)))
  return {
    before: shown.slice(0, inside).join(''),
    copied: shown.slice(inside, inside + length).join(''),
    after: shown.slice(inside + length).join(''),
    share: corpusLength > 0 ? position / corpusLength : 0,
  }
}
