import { Vocabulary } from '../../src-core/corpus/vocabulary'
import { SuffixTree } from '../../src-core/sampling/suffix-tree'
import type { CorpusIdentity } from '../../src-core/training/checkpoint'
import { openRunCorpus } from '../host/run-corpus'
import { readTokens } from '../store/corpora'

/** A tree takes 34 bytes a token. */
const KEPT = 2

/** Tokens that are put into a tree before somebody else has a turn: about a millisecond. */
const PIECE = 1000

/** How long a text that is being written has between two pieces, in milliseconds. */
const REST = 4

/** A corpus in which copies are found. */
interface IndexedCorpus {
  readonly vocabulary: Vocabulary
  readonly tree: SuffixTree
}

interface Entry {
  readonly built: Promise<IndexedCorpus>
  /** Null until it is built. */
  ready: IndexedCorpus | null
}

/**
 * The suffix trees of the corpora that novelty was asked of last. Each is built when it is first needed, in pieces:
 * what is written meanwhile goes on.
 */
export class CorpusTrees {
  /** By the corpus's content, the newest use last. */
  readonly #entries = new Map<string, Entry>()

  /** @param isWriting whether text is being written, which then has most of the time. */
  constructor(private readonly isWriting: () => boolean = () => false) {}

  /** @throws UnrollError `corpus-changed-since`, `corpus-too-large`, and those of `encodeCorpus` */
  of(corpus: CorpusIdentity, encoded: string | null): Promise<IndexedCorpus> {
    return this.#entry(corpus, encoded).built
  }

  /** The tree where it is there already; null where it is being built, or cannot be: `of` says why. */
  ready(corpus: CorpusIdentity, encoded: string | null): SuffixTree | null {
    return this.#entry(corpus, encoded).ready?.tree ?? null
  }

  #entry(corpus: CorpusIdentity, encoded: string | null): Entry {
    const key = corpus.indexSha256
    const entry = this.#entries.get(key) ?? begin(corpus, encoded, this.isWriting)
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    entry.built.catch(() => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key)
    })
    for (const old of [...this.#entries.keys()].slice(0, -KEPT)) this.#entries.delete(old)
    return entry
  }
}

function begin(corpus: CorpusIdentity, encoded: string | null, isWriting: () => boolean): Entry {
  const built = build(corpus, encoded, isWriting)
  const entry: Entry = { built, ready: null }
  built.then(
    (indexed) => (entry.ready = indexed),
    () => undefined,
  )
  return entry
}

async function build(
  corpus: CorpusIdentity,
  encoded: string | null,
  isWriting: () => boolean,
): Promise<IndexedCorpus> {
  const stored = await openRunCorpus(corpus, encoded)
  const growing = SuffixTree.inPieces(await readTokens(stored), PIECE)
  for (;;) {
    const { done, value } = growing.next()
    if (done === true) return { vocabulary: new Vocabulary(stored.document.vocabulary), tree: value }
    await new Promise((resolve) => (isWriting() ? setTimeout(resolve, REST) : setImmediate(resolve)))
  }
}
