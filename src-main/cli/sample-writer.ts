import type { MissingToken } from '../../src-core/corpus/vocabulary'
import type { GeneratedToken } from '../../src-core/sampling/generate'

export interface SampleBeginning {
  /** Of what the vocabulary has. */
  readonly prime: ArrayLike<number> & Iterable<number>
  readonly missing: readonly MissingToken[]
  readonly seed: number
}

/** Where a sample goes, token by token. */
export interface SampleWriter {
  begin(beginning: SampleBeginning): void
  /** @param position where in the corpus the run that ends here begins; null where there is none. */
  token(token: GeneratedToken, position: number | null): void
  end(): void
}
