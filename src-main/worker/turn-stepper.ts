import type { Logits } from '../../src-core/sampling/distribution'
import type { Stepper } from '../../src-core/sampling/stepper'
import type { Turns } from './turns'

/** Tokens that are read in one turn. */
const CHUNK = 64

/** Thrown by a stepper whose text nobody waits for any more. */
export class Cancelled extends Error {}

/** A stepper that takes turns with others, also while it reads a long text, and that can be called off. */
export class TurnStepper implements Stepper {
  constructor(
    private readonly stepper: Stepper,
    private readonly turns: Turns,
    /** Whether it reads token after token; else a window, whose end is all that counts. */
    private readonly byToken: boolean,
    private readonly signal: AbortSignal | null,
  ) {}

  get vocabularySize(): number {
    return this.stepper.vocabularySize
  }

  get padding(): number {
    return this.stepper.padding
  }

  reset(): void {
    this.stepper.reset()
  }

  activations(): Float32Array[] {
    return this.stepper.activations()
  }

  /** @throws Cancelled */
  async feed(tokens: ArrayLike<number>): Promise<Logits> {
    if (!this.byToken || tokens.length <= CHUNK) return this.#take(tokens)
    const all = Array.from(tokens)
    let at = 0
    for (; at + CHUNK < all.length; at += CHUNK) await this.#take(all.slice(at, at + CHUNK))
    return this.#take(all.slice(at))
  }

  #take(tokens: ArrayLike<number>): Promise<Logits> {
    return this.turns.take(() => {
      if (this.signal?.aborted) throw new Cancelled()
      return this.stepper.feed(tokens)
    })
  }
}
