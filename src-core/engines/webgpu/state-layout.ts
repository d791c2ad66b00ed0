import { sizeOf, type DType, type Shape } from '../../graph/tensor'
import { aligned, OwnRegion } from './memory'
import { poolOf, type Pool, type Region } from './slots'

/** Where the states of an engine lie, one after the other in the order in which programs bring them. */
export class StateLayout {
  /** Elements of each pool. */
  readonly sizes = new Map<Pool, number>()
  private readonly regions = new Map<string, Region>()

  declare(name: string, dtype: DType, shape: Shape): Region {
    const known = this.regions.get(name)
    if (known) return known
    const pool = poolOf('states', dtype)
    const region = new OwnRegion(pool, sizeOf(shape))
    region.offset = this.sizes.get(pool) ?? 0
    this.sizes.set(pool, aligned(region.offset + region.size))
    this.regions.set(name, region)
    return region
  }

  region(name: string): Region {
    const region = this.regions.get(name)
    if (!region) throw new Error(`${name} is no state.`)
    return region
  }
}
