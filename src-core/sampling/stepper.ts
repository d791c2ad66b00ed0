import { UnrollError } from '../errors'
import type { Compiled } from '../graph/engine'
import { int32, type Tensor, type TensorData } from '../graph/tensor'
import type { Logits } from './distribution'

/** A trained network that is asked for one next token after another. */
export interface Stepper {
  /** V, padding included. */
  readonly vocabularySize: number
  /** Padding that the last logits were computed from, since fewer tokens were fed than the network reads. */
  readonly padding: number
  /** Forgets all that was fed. */
  reset(): void
  /**
   * Reads the tokens and says what comes after the last of them. Where nothing was ever fed, padding is read.
   * @returns [V]; the next call may overwrite it.
   */
  feed(tokens: ArrayLike<number>): Promise<Logits>
  /**
   * [units] what each circle held when the last logits were computed; NaN of one that nothing fed has reached yet.
   * Copies, in the order of the circles that the stepper was made for.
   */
  activations(): Float32Array[]
}

/** A circle that a program of stepping tells of; see the architecture's `InspectedCircle`. */
interface SteppedCircle {
  readonly output: string
  readonly steps: { readonly from: number; readonly to: number } | null
  readonly reads: number
}

type Outputs = Readonly<Record<string, Tensor>>

/** What a compiled program of stepping is the program of; an architecture's network is one. */
interface SteppedNetwork {
  readonly stepping: 'carried' | 'window'
  /** V, padding included. */
  readonly vocabulary: number
  readonly window: {
    /** n, the characters that the network reads. */
    readonly length: number
    /** [K] the place in the window that each output predicts, from 1. */
    readonly outputs: readonly { readonly character: number }[]
  }
}

/**
 * @param program the network's program of stepping for one lane, compiled.
 * @param circles of which the program tells, where it inspects.
 * @throws UnrollError `predicts-nothing-next`
 */
export function stepperOf(
  program: Compiled,
  { stepping, vocabulary, window }: SteppedNetwork,
  circles: readonly SteppedCircle[] = [],
): Stepper {
  return stepping === 'carried'
    ? new CarriedStepper(program, vocabulary, circles)
    : new WindowStepper(program, vocabulary, window, circles)
}

/** Steps a program that carries its state: inputs `token` and `fresh`, output `logits` [1, V]; one lane. */
class CarriedStepper implements Stepper {
  padding = 0
  #fresh = true
  #logits: Logits | null = null
  #outputs: Outputs = {}

  constructor(
    private readonly program: Compiled,
    readonly vocabularySize: number,
    private readonly circles: readonly SteppedCircle[],
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

  activations(): Float32Array[] {
    return this.circles.map(({ output }) => Float32Array.from(this.#outputs[output].data))
  }

  async #step(token: number): Promise<Logits> {
    const fresh: Tensor = { dtype: 'bool', shape: [1], data: Uint8Array.of(this.#fresh ? 1 : 0) }
    this.#outputs = await this.program.run({ token: int32([1], [token]), fresh })
    this.#fresh = false
    return rowOf(this.#outputs.logits.data, 0, this.vocabularySize)
  }
}

/**
 * Steps a program that reads a window anew each time: input `tokens` [n, 1], output `logits` [K, 1, V]; one lane.
 * While fewer than n tokens were fed they stand at the window's beginning if there is an output that predicts the
 * next one from there, else at its end, after padding.
 */
class WindowStepper implements Stepper {
  padding = 0
  /** The last n tokens. */
  readonly #last: Int32Array
  #count = 0
  /** By the number of tokens read: the output that predicts the next one, or −1. */
  readonly #predicting: readonly number[]
  #outputs: Outputs = {}
  /** Characters of the last window, from its beginning on, that are not what comes after the text. */
  #filled = 0

  constructor(
    private readonly program: Compiled,
    readonly vocabularySize: number,
    { length, outputs }: SteppedNetwork['window'],
    private readonly circles: readonly SteppedCircle[],
  ) {
    this.#last = new Int32Array(length)
    this.#predicting = Array.from({ length: length + 1 }, (_, count) =>
      outputs.findIndex(({ character }) => character === count + 1),
    )
    if (this.#predicting[length] === -1) {
      throw new UnrollError(
        'predicts-nothing-next',
        `The network reads ${length} characters and predicts none that follows them, so it cannot continue a text.`,
        `Give it a triangle that predicts character ${length + 1}.`,
      )
    }
  }

  reset(): void {
    this.#last.fill(0)
    this.#count = 0
    this.padding = 0
  }

  async feed(tokens: ArrayLike<number>): Promise<Logits> {
    const last = this.#last
    const kept = Math.min(tokens.length, last.length)
    last.copyWithin(0, kept)
    for (let back = kept; back > 0; back--) last[last.length - back] = tokens[tokens.length - back]
    const count = (this.#count = Math.min(this.#count + kept, last.length))

    const atBeginning = this.#predicting[count] !== -1
    const window = new Int32Array(last.length)
    window.set(atBeginning ? last.subarray(last.length - count) : last)
    this.padding = atBeginning ? 0 : last.length - count
    this.#outputs = await this.program.run({ tokens: int32([last.length, 1], window) })
    this.#filled = atBeginning ? count : last.length
    return rowOf(this.#outputs.logits.data, this.#predicting[this.#filled], this.vocabularySize)
  }

  activations(): Float32Array[] {
    const filled = this.#filled
    return this.circles.map(({ output, steps, reads }) => {
      const { data, shape } = this.#outputs[output]
      const units = shape[shape.length - 1]
      if (reads > filled || (steps && steps.from > filled)) return new Float32Array(units).fill(NaN)
      const step = steps ? Math.min(filled, steps.to) - steps.from : 0
      return Float32Array.from(data.subarray(step * units, (step + 1) * units))
    })
  }
}

function rowOf(data: TensorData, row: number, size: number): Logits {
  const logits = data.subarray(row * size, (row + 1) * size)
  if (logits instanceof Float32Array || logits instanceof Float64Array) return logits
  throw new TypeError('a stepping program gives its logits as numbers, not as integers')
}
