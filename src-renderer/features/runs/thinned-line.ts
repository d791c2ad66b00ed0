/** Values that a line keeps at most; 4 bytes each. The widest screen has some thousands of columns. */
const MOST_VALUES = 2 ** 17

const FIRST_CAPACITY = 4096

/**
 * A line that may grow for days and takes no more than so much memory. While it is short, every step is kept. When it
 * is full it is thinned: of every four values the lowest and the highest stay, in their order, and from then on a
 * value stands for twice as many steps. Drawn, it looks the same, since a column of pixels shows no more of its steps
 * than their lowest and highest.
 */
export class ThinnedLine {
  #values = new Float32Array(0)
  #count = 0
  #stride = 1
  #steps = 0
  #last: number | undefined
  readonly #pair = new Extremes()

  /** @param most values that are kept, a multiple of 4 */
  constructor(private readonly most = MOST_VALUES) {}

  /** Steps that a value stands for: value i is one of step i · stride + 1 or a few after it. */
  get stride(): number {
    return this.#stride
  }

  get steps(): number {
    return this.#steps
  }

  /** A view: good until the next change. Of a thinned line the newest steps, fewer than 2 · stride, may be missing. */
  get values(): Float32Array {
    return this.#values.subarray(0, this.#count)
  }

  /** The value of a step, counted from 1, or of one beside it; null: of the newest, exactly. */
  at(step: number | null): number | undefined {
    if (step === null || step === this.#steps) return this.#last
    if (step < 1 || step > this.#steps) return undefined
    const index = Math.floor((step - 1) / this.#stride)
    return index < this.#count ? this.#values[index] : this.#last
  }

  push(value: number): void {
    if (this.#count === this.most) this.#thin()
    this.#steps++
    this.#last = value
    if (this.#stride === 1) this.#keep(value)
    else {
      this.#pair.add(value)
      if (this.#steps % (2 * this.#stride) === 0) this.#keepPair()
    }
  }

  /** Back to where there were so many steps. */
  cut(steps: number): void {
    if (steps >= this.#steps) return
    this.#last = steps === 0 ? undefined : this.at(steps)
    this.#steps = steps
    if (steps === 0) this.#stride = 1
    const together = this.#stride === 1 ? 1 : 2 * this.#stride
    this.#count = Math.floor(steps / together) * (together === 1 ? 1 : 2)
    this.#pair.clear()
  }

  #keepPair(): void {
    const [first, second] = this.#pair.take()
    this.#keep(first)
    this.#keep(second)
  }

  #keep(value: number): void {
    if (this.#count === this.#values.length) {
      const larger = new Float32Array(Math.min(this.most, Math.max(FIRST_CAPACITY, 2 * this.#count)))
      larger.set(this.#values)
      this.#values = larger
    }
    this.#values[this.#count++] = value
  }

  #thin(): void {
    const before = this.#count
    this.#count = 0
    for (let from = 0; from < before; from += 4) {
      for (let at = from; at < from + 4; at++) this.#pair.add(this.#values[at])
      this.#keepPair()
    }
    this.#stride *= 2
  }
}

/** The lowest and highest of values that come one by one; what is not finite counts only where nothing is. */
class Extremes {
  #low = Number.POSITIVE_INFINITY
  #high = Number.NEGATIVE_INFINITY
  #lowFirst = true

  add(value: number): void {
    if (!Number.isFinite(value)) return
    if (value < this.#low) {
      this.#low = value
      this.#lowFirst = false
    }
    if (value > this.#high) {
      this.#high = value
      this.#lowFirst = true
    }
  }

  /** Both in their order, NaN where there was none; and begins anew. */
  take(): [number, number] {
    const [low, high] = [this.#low, this.#high]
    const lowFirst = this.#lowFirst
    this.clear()
    if (low > high) return [Number.NaN, Number.NaN]
    return lowFirst ? [low, high] : [high, low]
  }

  clear(): void {
    this.#low = Number.POSITIVE_INFINITY
    this.#high = Number.NEGATIVE_INFINITY
    this.#lowFirst = true
  }
}
