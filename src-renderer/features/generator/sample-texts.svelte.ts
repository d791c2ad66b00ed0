import { SvelteMap } from 'svelte/reactivity'
import type { HostCalls } from '../../../src-core/contract/host'
import type { SampleLine } from '../../../src-core/training/metrics'
import { plainPlaces, readPlaces, type Writing } from './writing'

/** What a run wrote along the way as texts, with what of them is copied once that is known. */
export class SampleTexts {
  #asking = $state(0)
  readonly #found = new SvelteMap<string, Writing>()
  // Never drawn.
  // eslint-disable-next-line svelte/prefer-svelte-reactivity
  readonly #asked = new Set<string>()

  constructor(private readonly sampling: Pick<HostCalls['sampling'], 'copies'>) {}

  get isFinding(): boolean {
    return this.#asking > 0
  }

  writing(run: string, sample: SampleLine): Writing {
    const { prime, text } = sample
    return this.#found.get(keyOf(run, sample)) ?? { prime, places: plainPlaces(text), run }
  }

  /** Asks once for what of a sample is copied; where that cannot be said, nothing is shaded. */
  async find(run: string, sample: SampleLine): Promise<void> {
    const key = keyOf(run, sample)
    if (this.#asked.has(key)) return
    this.#asked.add(key)
    this.#asking++
    const { prime, text } = sample
    const found = await this.sampling
      .copies(run, { prime: prime + text, tokens: new Int32Array(0) })
      .catch(() => null)
      .finally(() => this.#asking--)
    if (found) this.#found.set(key, { prime, places: readPlaces(prime, found), run })
  }
}

/** A step that was trained again may have written something else. */
function keyOf(run: string, { step, text }: SampleLine): string {
  return `${run} ${step} ${text}`
}

/** The step of the last sample that was written by then, or of the first; null where there is none. */
export function sampleNear(samples: readonly SampleLine[], step: number): number | null {
  const before = samples.filter((sample) => sample.step <= step)
  return (before.at(-1) ?? samples.at(0))?.step ?? null
}
