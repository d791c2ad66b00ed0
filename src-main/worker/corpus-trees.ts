import { SuffixTree } from '../../src-core/sampling/suffix-tree'
import type { CorpusIdentity } from '../../src-core/training/checkpoint'
import { openRunCorpus } from '../host/run-corpus'
import { readTokens } from '../store/corpora'

/** A tree takes 34 bytes a token. */
const KEPT = 2

/** The suffix trees of the corpora that novelty was asked of last, each built when it is first needed. */
export class CorpusTrees {
  /** By the corpus's content, the newest use last. */
  readonly #trees = new Map<string, Promise<SuffixTree>>()

  /** @throws UnrollError `corpus-changed-since`, `corpus-too-large`, and those of `encodeCorpus` */
  of(corpus: CorpusIdentity, encoded: string | null): Promise<SuffixTree> {
    const key = corpus.indexSha256
    const tree = this.#trees.get(key) ?? build(corpus, encoded)
    this.#trees.delete(key)
    this.#trees.set(key, tree)
    tree.catch(() => this.#trees.delete(key))
    for (const old of [...this.#trees.keys()].slice(0, -KEPT)) this.#trees.delete(old)
    return tree
  }
}

async function build(corpus: CorpusIdentity, encoded: string | null): Promise<SuffixTree> {
  return new SuffixTree(await readTokens(await openRunCorpus(corpus, encoded)))
}
