import type { RateLine } from './metrics'
import type { StepLosses } from './training-step'

interface StepUnderway {
  readonly learningRate: number
  /** Where the rate is another than that of the step before. */
  readonly change: RateLine | null
  readonly losses: Promise<StepLosses>
}

/** Steps that an engine was given and whose losses are not back yet, the oldest first. */
export class Underway {
  readonly #steps: StepUnderway[] = []

  get count(): number {
    return this.#steps.length
  }

  /** Of the step that was started last; null where none is under way. */
  get learningRate(): number | null {
    return this.#steps[this.#steps.length - 1]?.learningRate ?? null
  }

  add(step: StepUnderway): void {
    // Whoever waits for an earlier step is told first.
    step.losses.catch(() => undefined)
    this.#steps.push(step)
  }

  /** Takes the oldest. */
  next(): StepUnderway {
    const step = this.#steps.shift()
    if (!step) throw new Error('No step is under way.')
    return step
  }

  /** Waits for all of them; what comes of them is of no more interest. */
  async abandon(): Promise<void> {
    await Promise.allSettled(this.#steps.splice(0).map(({ losses }) => losses))
  }
}
