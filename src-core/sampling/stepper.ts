import type { Compiled } from '../graph/engine'
import { int32, type Tensor, type TensorData } from '../graph/tensor'
import type { Logits } from './distribution'

/** A trained network that is asked for one next token after another. */
export interface Stepper {
  /** V, padding included. */
  readonly vocabularySize: number
  /** Padding that stands in the last logits' context, since fewer tokens were fed than the network reads. */
  readonly padding: number
  /** Forgets all that was fed. */
  reset(): void
  /**
   * Reads the tokens and says what comes after the last of them. Where nothing was ever fed, padding is read.
   * @returns [V]; the next call may overwrite it.
   */
  feed(tokens: ArrayLike<number>): Promise<Logits>
}

/** What a compiled program of stepping is the program of; an architecture's network is one. */
interface SteppedNetwork {
  readonly stepping: 'carried' | 'window'
  /** V, padding included. */
  readonly vocabulary: number
  /** Its length is n, the characters that the network reads. */
  readonly window: { readonly length: number }
}

/** @param program the network's program of stepping for one lane, compiled. */
export function stepperOf(program: Compiled, { stepping, vocabulary, window }: SteppedNetwork): Stepper {
  return stepping === 'carried'
    ? new CarriedStepper(program, vocabulary)
    : new WindowStepper(program, vocabulary, window.length)
}

/** Steps a program that carries its state: inputs `token` and `fresh`, output `logits` [1, V]; one lane. */
class CarriedStepper implements Stepper {
  padding = 0
  #fresh = true
  #logits: Logits | null = null

  constructor(
    private readonly program: Compiled,
    readonly vocabularySize: number,
  ) {}

  reset(): void {
    this.#fresh = true
    this.#logits = null
    this.padding = 0
  }

  async feed(tokens: ArrayLike<number>): Promise<Logits> {
    for (let at = 0; at < tokens.length; at++) {
      this.#logits = await this.#step(tokens[at])
    }
    if (this.#logits === null) {
      this.padding = 1
      this.#logits = await this.#step(0)
    }
    return this.#logits
  }

  async #step(token: number): Promise<Logits> {
    const fresh: Tensor = { dtype: 'bool', shape: [1], data: Uint8Array.of(this.#fresh ? 1 : 0) }
    const { logits } = await this.program.run({ token: int32([1], [token]), fresh })
    this.#fresh = false
    return lastRow(logits.data, this.vocabularySize)
  }
}

/** Steps a program that reads a window anew each time: input `tokens` [n, 1], output `logits` [K, 1, V]; one lane. */
class WindowStepper implements Stepper {
  padding: number
  readonly #window: Int32Array

  /** @param length n: the characters that the network reads. */
  constructor(
    private readonly program: Compiled,
    readonly vocabularySize: number,
    length: number,
  ) {
    this.#window = new Int32Array(length)
    this.padding = length
  }

  reset(): void {
    this.#window.fill(0)
    this.padding = this.#window.length
  }

  async feed(tokens: ArrayLike<number>): Promise<Logits> {
    const window = this.#window
    const kept = Math.min(tokens.length, window.length)
    window.copyWithin(0, kept)
    for (let back = kept; back > 0; back--) window[window.length - back] = tokens[tokens.length - back]
    this.padding = Math.max(0, this.padding - kept)
    const { logits } = await this.program.run({ tokens: int32([window.length, 1], window) })
    return lastRow(logits.data, this.vocabularySize)
  }
}

/** The triangle of the character after the window is the last one. */
function lastRow(data: TensorData, size: number): Logits {
  const row = data.subarray(data.length - size)
  if (row instanceof Float32Array || row instanceof Float64Array) return row
  throw new TypeError('a stepping program gives its logits as numbers, not as integers')
}
