import { UnrollError } from '../errors'

/** About 1 GB of memory. */
const MOST_TOKENS = 2 ** 25
const ROOT = 0
const NONE = -1

type Corpus = Uint8Array | Uint16Array | Uint32Array

/**
 * Every run of tokens that stands in a corpus, as a suffix tree, built in time linear in the corpus (Ukkonen,
 * "On-line construction of suffix trees", Algorithmica 1995). A node is a run that is followed by different
 * tokens (or a leaf); the edge into it is a stretch of the corpus. Takes 34 bytes a token, besides the corpus, and half a second for 600,000 tokens.
 */
export class SuffixTree {
  /** Where the edge into each node begins in the corpus. */
  readonly #start: Int32Array
  /** Where it ends, for inner nodes; a leaf's edge goes on to the end. Leaves are numbered from `#firstLeaf`. */
  readonly #end: Int32Array
  readonly #parent: Int32Array
  /** Of an inner node, the node of the same run without its first token. */
  readonly #suffix: Int32Array
  /** Children by parent and first token: open addressing over node + 1, 0 where empty. */
  readonly #slots: Int32Array
  readonly #firstLeaf: number
  #innerNodes = 1
  #leaves = 0
  /** Tokens of the corpus that are in the tree. */
  #read = 0
  /** The active point between two pieces: `depth` tokens below `node`, along the edge that begins as the corpus does at `edge`. */
  #active = { node: ROOT, edge: 0, depth: 0, waiting: 0 }

  /**
   * @param corpus token indices; kept, not copied.
   * @throws UnrollError `corpus-too-large`, before anything is allocated.
   */
  private constructor(readonly corpus: Corpus) {
    const length = corpus.length
    if (length > MOST_TOKENS) {
      throw new UnrollError(
        'corpus-too-large',
        `Novelty is found in corpora of up to ${MOST_TOKENS} tokens; this one has ${length}.`,
        'Sample without novelty.',
      )
    }
    this.#firstLeaf = length + 1
    this.#start = new Int32Array(2 * length + 1)
    this.#parent = new Int32Array(2 * length + 1)
    this.#end = new Int32Array(length + 1)
    this.#suffix = new Int32Array(length + 1)
    this.#slots = new Int32Array(Math.ceil(2.5 * length) + 1)
  }

  /** @throws UnrollError `corpus-too-large` */
  static of(corpus: Corpus): SuffixTree {
    const tree = new SuffixTree(corpus)
    tree.#grow(corpus.length)
    return tree
  }

  /**
   * Builds the tree a piece at a time, so that whoever builds it can do something else in between.
   * @param piece tokens of the corpus.
   * @throws UnrollError `corpus-too-large`
   */
  static *inPieces(corpus: Corpus, piece: number): Generator<void, SuffixTree, void> {
    const tree = new SuffixTree(corpus)
    while (tree.#read < corpus.length) {
      tree.#grow(piece)
      yield
    }
    return tree
  }

  get root(): number {
    return ROOT
  }

  /** The child of a node whose edge begins with this token, or −1. */
  child(node: number, token: number): number {
    return this.#slots[this.#slot(node, token)] - 1
  }

  edgeStart(node: number): number {
    return this.#start[node]
  }

  edgeLength(node: number): number {
    const end = this.isLeaf(node) ? this.corpus.length : this.#end[node]
    return end - this.#start[node]
  }

  isLeaf(node: number): boolean {
    return node >= this.#firstLeaf
  }

  /** Of an inner node. */
  suffix(node: number): number {
    return this.#suffix[node]
  }

  /** Puts the next tokens of the corpus in. */
  #grow(tokens: number): void {
    const { corpus } = this
    let { node, edge, depth, waiting } = this.#active
    const end = Math.min(corpus.length, this.#read + tokens)
    for (let at = this.#read; at < end; at++) {
      const token = corpus[at]
      waiting++
      let unlinked = NONE
      while (waiting > 0) {
        if (depth === 0) edge = at
        const slot = this.#slot(node, corpus[edge])
        let child = this.#slots[slot] - 1
        if (child === NONE) {
          this.#slots[slot] = this.#addLeaf(node, at) + 1
          if (unlinked !== NONE) this.#suffix[unlinked] = node
          unlinked = NONE
        } else {
          const length = Math.min(this.edgeLength(child), at + 1 - this.#start[child])
          if (depth >= length) {
            node = child
            edge += length
            depth -= length
            continue
          }
          if (corpus[this.#start[child] + depth] === token) {
            if (unlinked !== NONE) this.#suffix[unlinked] = node
            depth++
            break
          }
          child = this.#split(slot, child, node, depth)
          this.#put(this.#addLeaf(child, at))
          if (unlinked !== NONE) this.#suffix[unlinked] = child
          unlinked = child
        }
        waiting--
        if (node === ROOT && depth > 0) {
          depth--
          edge = at - waiting + 1
        } else {
          node = this.#suffix[node]
        }
      }
    }
    this.#active = { node, edge, depth, waiting }
    this.#read = end
  }

  #addLeaf(parent: number, start: number): number {
    const leaf = this.#firstLeaf + this.#leaves++
    this.#parent[leaf] = parent
    this.#start[leaf] = start
    return leaf
  }

  /** Puts an inner node `depth` tokens down the edge into `child`, in the slot of `child`. */
  #split(slot: number, child: number, parent: number, depth: number): number {
    const inner = this.#innerNodes++
    this.#start[inner] = this.#start[child]
    this.#end[inner] = this.#start[child] + depth
    this.#parent[inner] = parent
    this.#slots[slot] = inner + 1
    this.#start[child] += depth
    this.#parent[child] = inner
    this.#put(child)
    return inner
  }

  #put(node: number): void {
    this.#slots[this.#slot(this.#parent[node], this.corpus[this.#start[node]])] = node + 1
  }

  /** The slot that holds the child of this node and token, or the empty one where it belongs. */
  #slot(parent: number, token: number): number {
    const slots = this.#slots
    let hash = Math.imul(parent, 0x9e3779b1) ^ Math.imul(token + 1, 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35)
    hash = (hash ^ (hash >>> 13)) >>> 0
    let slot = Math.floor((hash / 2 ** 32) * slots.length)
    for (;;) {
      const child = slots[slot] - 1
      if (child === NONE) return slot
      if (this.#parent[child] === parent && this.corpus[this.#start[child]] === token) return slot
      if (++slot === slots.length) slot = 0
    }
  }
}
