/** What a sampler takes away before it draws. Weights are probabilities times a constant; a cut token gets 0. */
export class Cuts {
  /** A heap of tokens, the heaviest on top; of two of one weight, that of the lower index. */
  readonly #heap: Int32Array
  readonly #kept: Float64Array
  #size = 0

  /** @param vocabularySize V. */
  constructor(vocabularySize: number) {
    this.#heap = new Int32Array(vocabularySize)
    this.#kept = new Float64Array(vocabularySize)
  }

  /** Keeps the k heaviest tokens. */
  topK(weights: Float64Array, k: number): void {
    this.#keepHeaviest(weights, k, Infinity)
  }

  /** Keeps the fewest heaviest tokens that together have the share p of the whole weight. */
  topP(weights: Float64Array, p: number): void {
    let total = 0
    for (const weight of weights) total += weight
    this.#keepHeaviest(weights, weights.length, p * total)
  }

  /** Keeps the tokens of at least p times the largest weight. */
  minP(weights: Float64Array, p: number): void {
    let largest = 0
    for (const weight of weights) if (weight > largest) largest = weight
    for (let token = 0; token < weights.length; token++) if (weights[token] < p * largest) weights[token] = 0
  }

  #keepHeaviest(weights: Float64Array, most: number, enough: number): void {
    this.#fill(weights)
    const kept = this.#kept.fill(0)
    let reached = 0
    for (let count = 0; count < most && this.#size > 0 && (count === 0 || reached < enough); count++) {
      const token = this.#pop(weights)
      kept[token] = weights[token]
      reached += weights[token]
    }
    weights.set(kept)
  }

  #fill(weights: Float64Array): void {
    this.#size = 0
    for (let token = 0; token < weights.length; token++) {
      if (weights[token] > 0) this.#heap[this.#size++] = token
    }
    for (let place = (this.#size >> 1) - 1; place >= 0; place--) this.#sink(weights, place)
  }

  #pop(weights: Float64Array): number {
    const top = this.#heap[0]
    this.#heap[0] = this.#heap[--this.#size]
    this.#sink(weights, 0)
    return top
  }

  #sink(weights: Float64Array, from: number): void {
    const heap = this.#heap
    const token = heap[from]
    let place = from
    for (let child = 2 * place + 1; child < this.#size; child = 2 * place + 1) {
      if (child + 1 < this.#size && isHeavier(weights, heap[child + 1], heap[child])) child++
      if (!isHeavier(weights, heap[child], token)) break
      heap[place] = heap[child]
      place = child
    }
    heap[place] = token
  }
}

function isHeavier(weights: Float64Array, a: number, b: number): boolean {
  return weights[a] > weights[b] || (weights[a] === weights[b] && a < b)
}
