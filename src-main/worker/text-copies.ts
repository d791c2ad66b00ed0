import { CopyMatcher } from '../../src-core/sampling/copy-matcher'
import type { SuffixTree } from '../../src-core/sampling/suffix-tree'
import type { Place } from './places'

/** Says what of a text is copied, from the moment on that the corpus's tree is there. */
export class TextCopies {
  #matcher: CopyMatcher | null = null
  /** What was read before there was a tree. */
  #unmatched: number[]

  /**
   * @param prime what the text begins with.
   * @param tree null while there is none.
   */
  constructor(
    prime: readonly number[],
    private readonly tree: () => SuffixTree | null,
  ) {
    this.#unmatched = [...prime]
  }

  /** Reads the next token of the text. @returns the run that ends with it; null while there is no tree. */
  advance(token: number): Place['copied'] {
    this.#unmatched.push(token)
    if (!this.#matcher) {
      const tree = this.tree()
      if (!tree) return null
      this.#matcher = new CopyMatcher(tree)
    }
    const matcher = this.#matcher
    for (const read of this.#unmatched) matcher.advance(read)
    this.#unmatched = []
    return { length: matcher.length, position: matcher.position }
  }
}
