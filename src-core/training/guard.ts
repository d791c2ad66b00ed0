import { z } from 'zod'
import type { Plan } from './plan'

/** Weight of the newest loss in the reference: a mean over about the last hundred steps. */
const REFERENCE_WEIGHT = 0.01

/** What the guard knows between steps; part of a checkpoint. */
export const guardStateSchema = z.strictObject({
  /** Running mean of the loss per output, in nats; null before the first step. */
  reference: z.number().nullable(),
  /** Steps in a row whose loss was above the margin. */
  above: z.int().nonnegative(),
})
export type GuardState = z.output<typeof guardStateSchema>

export const guardFindingSchema = z.strictObject({
  kind: z.enum(['not-a-number', 'infinity', 'explosion', 'broken-weights']),
  /** The step that was found bad, counted from 1. */
  step: z.int().nonnegative(),
  /** Loss per output in nats; null where it is no finite number. */
  loss: z.number().nullable(),
  reference: z.number().nullable(),
  learningRate: z.number(),
})
export type GuardFinding = z.output<typeof guardFindingSchema>

/**
 * Watches the loss. NaN and infinity are found at once. An explosion is a loss per output that stays more than
 * `margin` nats above the running mean of the steps before for `patience` steps in a row: a lone bad batch passes,
 * and so does a slow rise, which a person sees for himself.
 */
export class Guard {
  #reference: number | null
  #above: number

  constructor(
    private readonly settings: Plan['guard'],
    private readonly outputs: number,
    state: GuardState = { reference: null, above: 0 },
  ) {
    this.#reference = state.reference
    this.#above = state.above
  }

  get state(): GuardState {
    return { reference: this.#reference, above: this.#above }
  }

  /** @param loss of one step, summed over the outputs. @returns what is wrong with it, or null. */
  check(loss: number): GuardFinding['kind'] | null {
    if (!Number.isFinite(loss)) return Number.isNaN(loss) ? 'not-a-number' : 'infinity'
    const { margin, patience } = this.settings
    const perOutput = loss / this.outputs
    if (this.#reference === null) {
      this.#reference = perOutput
      return null
    }
    if (margin === null || perOutput <= this.#reference + margin) {
      this.#reference += REFERENCE_WEIGHT * (perOutput - this.#reference)
      this.#above = 0
      return null
    }
    this.#above++
    return this.#above >= patience ? 'explosion' : null
  }
}

/** What happened, as one sentence. */
export function describeFinding({ kind, step, loss, reference }: GuardFinding): string {
  switch (kind) {
    case 'not-a-number':
      return `The loss of step ${step} is not a number.`
    case 'infinity':
      return `The loss of step ${step} is infinite.`
    case 'broken-weights':
      return `After step ${step} some weights are not finite numbers.`
    case 'explosion':
      return `The loss exploded: ${format(loss)} nats per output at step ${step}, where ${format(reference)} was usual.`
  }
}

function format(nats: number | null): string {
  return nats === null ? 'none' : nats.toFixed(2)
}
