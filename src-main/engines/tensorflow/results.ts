import type { Tensor } from '@tensorflow/tfjs-core'
import type { Place } from './holder'

/** Values that leave a block. One value may leave in several roles, and each role gets a tensor of its own. */
export class Results {
  private readonly ways: readonly { readonly place: Place; readonly taken: boolean }[]
  /** Places that others own. */
  readonly foreign: readonly Place[]

  /** @param owned true for a place that may be emptied. */
  constructor(places: readonly Place[], owned: (place: Place) => boolean) {
    this.ways = places.map((place, i) => ({ place, taken: owned(place) && places.lastIndexOf(place) === i }))
    this.foreign = places.filter((place) => !owned(place))
  }

  take(): Tensor[] {
    // A clone shares its numbers with the original.
    return this.ways.map(({ place, taken }) => (taken ? place.take() : place.get().clone()))
  }
}
