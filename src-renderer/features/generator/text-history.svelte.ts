import { blank, type Place, type Writing } from './writing'

/** Most versions that are kept. */
const DEPTH = 200

/** What has been written and typed, with the versions before it. Typing within a second is one version. */
export class TextHistory {
  #versions = $state.raw<readonly Writing[]>([blank])
  #at = $state(0)
  #typedAt = -Infinity

  constructor(private readonly now: () => number = () => performance.now()) {}

  get current(): Writing {
    return this.#versions[this.#at]
  }

  get canUndo(): boolean {
    return this.#at > 0
  }

  get canRedo(): boolean {
    return this.#at < this.#versions.length - 1
  }

  /** A new version; what was undone is gone. */
  push(writing: Writing): void {
    this.#typedAt = -Infinity
    this.#add(writing)
  }

  /** Typed by hand: goes on with the version that is being typed. */
  type(writing: Writing): void {
    const goesOn = this.now() - this.#typedAt < 1000 && !this.canRedo
    this.#typedAt = this.now()
    if (goesOn) this.replace(writing)
    else this.#add(writing)
  }

  /** The version as it grows, such as while it is written. */
  replace(writing: Writing): void {
    this.#versions = this.#versions.map((version, at) => (at === this.#at ? writing : version))
  }

  /** Puts what is known better by now into every version that has these places. */
  amend(places: readonly Place[], better: readonly Place[]): void {
    // Never drawn.
    // eslint-disable-next-line svelte/prefer-svelte-reactivity
    const known = new Map(places.map((place, at) => [place, better[at]]))
    this.#versions = this.#versions.map((version) =>
      version.places.some((place) => known.has(place))
        ? { ...version, places: version.places.map((place) => known.get(place) ?? place) }
        : version,
    )
  }

  undo(): void {
    if (this.canUndo) this.#at--
    this.#typedAt = -Infinity
  }

  redo(): void {
    if (this.canRedo) this.#at++
    this.#typedAt = -Infinity
  }

  #add(writing: Writing): void {
    const kept = this.#versions.slice(Math.max(0, this.#at + 2 - DEPTH), this.#at + 1)
    this.#versions = [...kept, writing]
    this.#at = kept.length
  }
}
