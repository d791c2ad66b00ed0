/** Of the steps so far: over no more of them goes the mean, or its beginning, where losses fall fast, would hang above. */
const PART = 0.1

/**
 * The running mean of a line, m ← m + a(x − m) with a = max(1 − w, 1 / (1 + n / 10)) at step n: over ever more steps up
 * to about 1 / (1 − w). What is not finite is passed over. Only new steps are computed.
 */
export class SmoothedLine {
  #values = new Float32Array(0)
  #known = 0
  #edition = -1
  #mean = Number.NaN

  /** @param weight of what came before, in [0, 1) */
  constructor(private readonly weight: number) {}

  /**
   * @param stride steps that a value of the line stands for
   * @returns as many values as the line has. A view: good until the next call.
   */
  of(line: Float32Array, edition: number, stride = 1): Float32Array {
    if (edition !== this.#edition || line.length < this.#known) {
      this.#known = 0
      this.#mean = Number.NaN
      this.#edition = edition
    }
    if (line.length > this.#values.length) {
      const larger = new Float32Array(Math.ceil(line.length * 1.5))
      larger.set(this.#values.subarray(0, this.#known))
      this.#values = larger
    }
    for (let at = this.#known; at < line.length; at++) {
      if (Number.isFinite(line[at])) this.#mean = this.#next(line[at], at * stride, stride)
      this.#values[at] = this.#mean
    }
    this.#known = line.length
    return this.#values.subarray(0, line.length)
  }

  #next(value: number, steps: number, stride: number): number {
    if (Number.isNaN(this.#mean)) return value
    const kept = Math.min(this.weight, 1 - 1 / (1 + steps * PART)) ** stride
    return value + kept * (this.#mean - value)
  }
}
