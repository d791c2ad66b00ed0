import type { TrainedSteps } from '../../src-core/contract/training'

/** Least time between two messages, in milliseconds; the longer one while training has every core to itself. */
const INTERVAL = 100
const SPARING_INTERVAL = 1000

/**
 * How often to tell of steps. Whoever hears of them draws, and what that takes of a core that trains is lost to all
 * threads, since a step waits for the slowest.
 */
export function tellingInterval(threads: number, cores: number): number {
  return threads < cores ? INTERVAL : SPARING_INTERVAL
}

/** Gathers the losses of steps, so that thousands of them a second become ten messages. */
export class LiveSteps {
  #losses = new Float32Array(256)
  #outputs = new Float32Array(0)
  #first = 0
  #count = 0
  #sentAt = 0
  #learningRate = 0

  constructor(
    private readonly now: () => number,
    private readonly send: (steps: TrainedSteps) => void,
    private readonly interval: number,
  ) {}

  add(step: number, loss: number, outputs: ArrayLike<number>, learningRate: number): void {
    if (this.#count > 0 && step !== this.#first + this.#count) this.flush()
    if (this.#count === 0) this.#first = step
    this.#makeRoom(outputs.length)
    this.#losses[this.#count] = loss
    this.#outputs.set(outputs, this.#count * outputs.length)
    this.#learningRate = learningRate
    this.#count++
    if (this.now() - this.#sentAt >= this.interval) this.flush()
  }

  /** Sends what is there, such as before a pause. */
  flush(): void {
    if (this.#count === 0) return
    const perStep = this.#outputs.length / this.#losses.length
    this.send({
      first: this.#first,
      losses: this.#losses.slice(0, this.#count),
      outputs: this.#outputs.slice(0, this.#count * perStep),
      learningRate: this.#learningRate,
    })
    this.#count = 0
    this.#sentAt = this.now()
  }

  #makeRoom(outputs: number): void {
    const capacity = this.#count < this.#losses.length ? this.#losses.length : 2 * this.#losses.length
    if (this.#losses.length !== capacity) {
      const losses = new Float32Array(capacity)
      losses.set(this.#losses)
      this.#losses = losses
    }
    if (this.#outputs.length !== capacity * outputs) {
      const wider = new Float32Array(capacity * outputs)
      wider.set(this.#outputs)
      this.#outputs = wider
    }
  }
}
