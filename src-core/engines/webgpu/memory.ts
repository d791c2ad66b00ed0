import type { Pool, Region } from './slots'

/** Elements that are given their place when all of their pool is known. */
export class OwnRegion implements Region {
  offset = 0

  constructor(
    readonly pool: Pool,
    readonly size: number,
  ) {}

  /** Some of its elements. */
  part(start: number, size: number): Region {
    const { pool } = this
    const offset = () => this.offset + start
    return {
      pool,
      size,
      get offset() {
        return offset()
      },
    }
  }
}

/** A region and the first and last level of kernels that use it. */
export interface Lifetime {
  readonly region: OwnRegion
  readonly first: number
  readonly last: number
}

/** Offsets are multiples of this many elements, so that rows begin where cache lines do. */
const ALIGNMENT = 64

/**
 * Gives regions their offsets: those in use at the same time lie apart, others share their place. The largest come
 * first, each at the lowest place that is free for as long as it lives.
 * @returns how many elements each pool takes.
 */
export function layOut(lifetimes: readonly Lifetime[]): Map<Pool, number> {
  const sizes = new Map<Pool, number>()
  const placed = new Map<Pool, Lifetime[]>()
  for (const lifetime of [...lifetimes].sort((a, b) => b.region.size - a.region.size)) {
    const { region, first, last } = lifetime
    const others = placed.get(region.pool) ?? []
    const busy = others
      .filter((other) => other.first <= last && other.last >= first)
      .map((other) => other.region)
      .sort((a, b) => a.offset - b.offset)
    let offset = 0
    for (const each of busy) {
      if (offset + region.size <= each.offset) break
      offset = Math.max(offset, aligned(each.offset + each.size))
    }
    region.offset = offset
    placed.set(region.pool, [...others, lifetime])
    sizes.set(region.pool, Math.max(sizes.get(region.pool) ?? 0, aligned(offset + region.size)))
  }
  return sizes
}

export const aligned = (size: number): number => Math.ceil(size / ALIGNMENT) * ALIGNMENT
