import { philox } from './philox'
import { deriveStream } from './stream'

/** Where a stream stands, as plain data: JSON keeps it exactly. */
export interface RandomState {
  readonly key: readonly [number, number]
  /** The upper half of the counter; with `key` it tells one stream from all others. */
  readonly nonce: readonly [number, number]
  /** Number of 32-bit words drawn so far. */
  readonly position: number
}

/** Words drawn at a time. */
const CHUNK = 64
const TWO_TO_32 = 2 ** 32
const TWO_TO_MINUS_24 = 2 ** -24
const TWO_TO_MINUS_53 = 2 ** -53

/**
 * A stream of random numbers from Philox4x32-10. The n-th word depends on the stream and on n alone, so a stream
 * is saved and gone back to by a few numbers.
 */
export class Random {
  readonly #key: readonly [number, number]
  readonly #nonce: readonly [number, number]
  /** Drawn ahead, since most streams are drawn from by the thousand. */
  readonly #words = new Uint32Array(CHUNK)
  #nextChunk: number
  /** Words used of the last chunk. */
  #used: number

  private constructor(state: RandomState) {
    this.#key = state.key
    this.#nonce = state.nonce
    this.#nextChunk = Math.floor(state.position / CHUNK)
    this.#used = CHUNK
    const used = state.position % CHUNK
    if (used > 0) {
      this.#draw()
      this.#used = used
    }
  }

  /**
   * The stream of a seed and a path, independent of the stream of every other seed and path:
   * `Random.from(seed, 'dropout', layer)`.
   * @param seed a safe integer, as are the numbers of the path.
   */
  static from(seed: number, ...path: readonly (string | number)[]): Random {
    const [k0, k1, n0, n1] = deriveStream([seed, ...path])
    return new Random({ key: [k0, k1], nonce: [n0, n1], position: 0 })
  }

  static restore(state: RandomState): Random {
    return new Random(state)
  }

  get state(): RandomState {
    return { key: this.#key, nonce: this.#nonce, position: (this.#nextChunk - 1) * CHUNK + this.#used }
  }

  /** 32 random bits, as an unsigned integer. */
  word(): number {
    if (this.#used === CHUNK) this.#draw()
    return this.#words[this.#used++]
  }

  /** In [0, 1), in steps of 2^-53. */
  uniform(): number {
    const high = this.word() >>> 5
    const low = this.word() >>> 6
    return (high * 2 ** 26 + low) * TWO_TO_MINUS_53
  }

  /** Mean 0, variance 1, by Box and Muller's transform. */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()))
    return radius * Math.cos(2 * Math.PI * this.uniform())
  }

  /** An integer in [0, n), for n up to 2^53. */
  below(n: number): number {
    return Math.floor(this.uniform() * n)
  }

  /** Numbers in [0, 1), in steps of 2^-24: float32 holds each exactly and never rounds one up to 1. */
  fillUniform(data: Float32Array): void {
    for (let index = 0; index < data.length; index++) data[index] = (this.word() >>> 8) * TWO_TO_MINUS_24
  }

  /** Mean 0, variance 1, two numbers from each pair of words. */
  fillNormal(data: Float32Array): void {
    for (let index = 0; index < data.length; index += 2) {
      // Half a step above 0, so that the logarithm is finite.
      const radius = Math.sqrt(-2 * Math.log((this.word() + 0.5) / TWO_TO_32))
      const angle = (2 * Math.PI * this.word()) / TWO_TO_32
      data[index] = radius * Math.cos(angle)
      if (index + 1 < data.length) data[index + 1] = radius * Math.sin(angle)
    }
  }

  /**
   * A dropout mask: 1/keep with probability keep, else 0.
   *
   * Compares 32 random binary fractions with `keep` at once, from the highest bit down, until every one of them
   * differs from it: exact for any `keep`, with fewer than seven random bits a value.
   * @param keep in (0, 1].
   */
  fillMask(data: Float32Array, keep: number): void {
    if (keep >= 1) {
      data.fill(1)
      return
    }
    const scale = 1 / keep
    for (let start = 0; start < data.length; start += 32) {
      let below = 0
      let undecided = -1
      for (let rest = keep; rest > 0 && undecided !== 0;) {
        const bits = this.word()
        rest *= 2
        if (rest >= 1) {
          rest -= 1
          below |= undecided & ~bits
          undecided &= bits
        } else {
          undecided &= ~bits
        }
      }
      const end = Math.min(start + 32, data.length)
      for (let index = start; index < end; index++) {
        data[index] = scale * (below & 1)
        below >>>= 1
      }
    }
  }

  #draw(): void {
    const block = this.#nextChunk * (CHUNK / 4)
    const high = Math.floor(block / TWO_TO_32)
    philox(this.#words, block >>> 0, high, this.#nonce[0], this.#nonce[1], this.#key[0], this.#key[1])
    this.#nextChunk++
    this.#used = 0
  }
}
