import type { SuffixTree } from './suffix-tree'

/**
 * Follows a text through a corpus: after each token, the longest run ending there that also stands in the corpus.
 * A text of any length takes time linear in it.
 */
export class CopyMatcher {
  /** The last node of the run, the node below it whose edge the run has entered, and how far. */
  #node: number
  #below = 0
  #along = 0
  #length = 0

  constructor(private readonly tree: SuffixTree) {
    this.#node = tree.root
  }

  reset(): void {
    this.#node = this.tree.root
    this.#along = 0
    this.#length = 0
  }

  /** Length of the current run, in tokens. */
  get length(): number {
    return this.#length
  }

  /** Where in the corpus a run equal to the current one begins; null where its length is 0. */
  get position(): number | null {
    if (this.#length === 0) return null
    const { tree } = this
    const end =
      this.#along > 0
        ? tree.edgeStart(this.#below) + this.#along
        : tree.edgeStart(this.#node) + tree.edgeLength(this.#node)
    return end - this.#length
  }

  /** Reads the next token of the text; returns the length of the longest run that ends with it. */
  advance(token: number): number {
    while (!this.#extend(token)) {
      if (this.#length === 0) return 0
      this.#dropFirst()
    }
    return ++this.#length
  }

  #extend(token: number): boolean {
    const { tree } = this
    if (this.#along === 0) {
      const child = tree.child(this.#node, token)
      if (child < 0) return false
      this.#below = child
    } else if (tree.corpus[tree.edgeStart(this.#below) + this.#along] !== token) {
      return false
    }
    this.#enter(this.#along + 1)
    return true
  }

  /** The same run without its first token: over the suffix link, then down again, whole edges at a time. */
  #dropFirst(): void {
    const { tree } = this
    this.#length--
    let start = tree.edgeStart(this.#below)
    let rest = this.#along
    if (this.#node === tree.root) {
      start++
      rest--
    } else {
      this.#node = tree.suffix(this.#node)
    }
    this.#along = 0
    while (rest > 0) {
      this.#below = tree.child(this.#node, tree.corpus[start])
      const step = Math.min(rest, tree.edgeLength(this.#below))
      this.#enter(step)
      start += step
      rest -= step
    }
  }

  /** Goes `along` tokens into the edge below; at its end stands the next node, unless that is a leaf. */
  #enter(along: number): void {
    const arrives = along === this.tree.edgeLength(this.#below) && !this.tree.isLeaf(this.#below)
    if (arrives) this.#node = this.#below
    this.#along = arrives ? 0 : along
  }
}
