import type { HostCalls } from '../../../src-core/contract/host'
import type { TextHistory } from './text-history.svelte'
import { textOf, type Place, type Writing } from './writing'

/** Has the host say what of a text is copied, where it could not yet say so when the text was written. */
export class CopyFinder {
  #asking = $state(0)
  #error = $state.raw<unknown>(null)
  /** The first unknown place of every text that was asked for: no text is asked for twice. */
  readonly #asked = new WeakSet<Place>()

  constructor(
    private readonly sampling: Pick<HostCalls['sampling'], 'copies'>,
    private readonly history: Pick<TextHistory, 'amend'>,
  ) {}

  get isFinding(): boolean {
    return this.#asking > 0
  }

  /** Why nothing was found last; null where nothing hinders. */
  get error(): unknown {
    return this.#error
  }

  async find({ run, prime, places }: Writing): Promise<void> {
    const unknown = places.filter(({ copied }) => copied === null)
    if (run === undefined || unknown.length === 0 || this.#asked.has(unknown[0])) return
    this.#asked.add(unknown[0])
    this.#asking++
    try {
      const { texts, copied, positions } = await this.sampling.copies(run, requestOf(prime, places))
      const first = texts.length - places.length
      // What was read from the text alone may be other tokens than these.
      if (places.some(({ text }, at) => text !== texts[first + at])) return
      const known = places.map((place, at) => {
        return { ...place, copied: copied[first + at], position: positions[first + at] }
      })
      this.history.amend(places, known)
      this.#error = null
    } catch (error) {
      this.#error = error
    } finally {
      this.#asking--
    }
  }
}

function requestOf(
  prime: string,
  places: readonly Place[],
): { prime: string; tokens: Int32Array<ArrayBuffer> } {
  const tokens = Int32Array.from(places, ({ token }) => token)
  return tokens.includes(0)
    ? { prime: textOf({ prime, places }), tokens: new Int32Array(0) }
    : { prime, tokens }
}
