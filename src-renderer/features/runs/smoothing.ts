/**
 * The running mean of a line, m ← m + (1 − w)(x − m), corrected for its beginning as Adam's moments are:
 * m / (1 − wⁿ). What is not finite is passed over. Only new steps are computed.
 */
export class SmoothedLine {
  #values = new Float32Array(0)
  #known = 0
  #edition = -1
  #mean = 0
  /** wⁿ of the steps counted so far. */
  #rest = 1

  /** @param weight of what came before, in [0, 1) */
  constructor(private readonly weight: number) {}

  /**
   * @param stride steps that a value of the line stands for
   * @returns as many values as the line has. A view: good until the next call.
   */
  of(line: Float32Array, edition: number, stride = 1): Float32Array {
    const weight = this.weight ** stride
    if (edition !== this.#edition || line.length < this.#known) {
      this.#known = 0
      this.#mean = 0
      this.#rest = 1
      this.#edition = edition
    }
    if (line.length > this.#values.length) {
      const larger = new Float32Array(Math.ceil(line.length * 1.5))
      larger.set(this.#values.subarray(0, this.#known))
      this.#values = larger
    }
    for (let at = this.#known; at < line.length; at++) {
      if (Number.isFinite(line[at])) {
        this.#mean += (1 - weight) * (line[at] - this.#mean)
        this.#rest *= weight
      }
      this.#values[at] = this.#rest < 1 ? this.#mean / (1 - this.#rest) : Number.NaN
    }
    this.#known = line.length
    return this.#values.subarray(0, line.length)
  }
}
