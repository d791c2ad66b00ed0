/**
 * What a line of many steps looks like at the width it is drawn: for each column of pixels its lowest and its highest
 * value, at the steps where they stand. Drawn through, they look exactly as all points would.
 */

/**
 * Borders of buckets of equal width over [first, last), counted from 0. They lie at multiples of that width, so that
 * they stay where they are while a run grows. @returns [buckets + 1]
 */
export function linearEdges(first: number, last: number, columns: number): Int32Array {
  if (last <= first) return new Int32Array(0)
  const size = Math.max(1, Math.ceil((last - first) / Math.max(1, columns)))
  const start = Math.floor(first / size)
  const buckets = Math.ceil(last / size) - start
  return Int32Array.from({ length: buckets + 1 }, (_, bucket) => (start + bucket) * size)
}

/** As `linearEdges`, for an axis that is logarithmic in the step counted from 1. */
export function logEdges(first: number, last: number, columns: number): Int32Array {
  if (last <= first) return new Int32Array(0)
  const edges = [first]
  const ratio = (last + 1) / (first + 1)
  for (let column = 1; column < columns; column++) {
    const edge = Math.round((first + 1) * ratio ** (column / columns)) - 1
    if (edge > edges[edges.length - 1] && edge < last) edges.push(edge)
  }
  edges.push(last)
  return Int32Array.from(edges)
}

/** The buckets of one line, kept from one drawing to the next so that only those that changed are looked through. */
export class LineBuckets {
  #edges = new Int32Array(0)
  #known = 0
  #edition = -1
  /** By bucket, the places of its lowest and highest finite value; −1 where there is none. */
  #lowest = new Int32Array(0)
  #highest = new Int32Array(0)

  /**
   * @param values the whole line from its first step on
   * @param edition another one where values that were here before may have changed
   * @returns how many buckets were looked through
   */
  update(values: Float32Array, edges: Int32Array, edition: number): number {
    const kept = edition === this.#edition ? this.#unchanged(edges, values.length) : 0
    const buckets = Math.max(0, edges.length - 1)
    this.#lowest = resized(this.#lowest, buckets, kept)
    this.#highest = resized(this.#highest, buckets, kept)
    for (let bucket = kept; bucket < buckets; bucket++) this.#look(values, edges, bucket)
    this.#edges = Int32Array.from(edges)
    this.#known = values.length
    this.#edition = edition
    return buckets - kept
  }

  /** Hands out every kept point from left to right; once where a bucket's lowest is its highest, NaN for a gap. */
  forEach(values: Float32Array, point: (at: number, value: number) => void): void {
    for (let bucket = 0; bucket < this.#lowest.length; bucket++) {
      const low = this.#lowest[bucket]
      const high = this.#highest[bucket]
      if (low < 0) {
        if (this.#edges[bucket] < values.length) point(this.#edges[bucket], Number.NaN)
        continue
      }
      const [left, right] = low < high ? [low, high] : [high, low]
      point(left, values[left])
      if (right !== left) point(right, values[right])
    }
  }

  /** Buckets from the left whose borders are as before and that were full then. */
  #unchanged(edges: Int32Array, length: number): number {
    const known = Math.min(this.#known, length)
    let kept = 0
    while (
      kept + 1 < edges.length &&
      kept + 1 < this.#edges.length &&
      edges[kept] === this.#edges[kept] &&
      edges[kept + 1] === this.#edges[kept + 1] &&
      edges[kept + 1] <= known
    ) {
      kept++
    }
    return kept
  }

  #look(values: Float32Array, edges: Int32Array, bucket: number): void {
    const end = Math.min(edges[bucket + 1], values.length)
    let lowest = -1
    let highest = -1
    let low = Number.POSITIVE_INFINITY
    let high = Number.NEGATIVE_INFINITY
    for (let at = edges[bucket]; at < end; at++) {
      const value = values[at]
      if (!Number.isFinite(value)) continue
      if (value < low) {
        low = value
        lowest = at
      }
      if (value > high) {
        high = value
        highest = at
      }
    }
    this.#lowest[bucket] = lowest
    this.#highest[bucket] = highest
  }
}

function resized(places: Int32Array<ArrayBuffer>, length: number, kept: number): Int32Array<ArrayBuffer> {
  if (places.length === length) return places
  const other = new Int32Array(length)
  other.set(places.subarray(0, Math.min(kept, length)))
  return other
}
