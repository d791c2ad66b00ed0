import type { Tensor } from '@tensorflow/tfjs-core'

/** A place for values of one run. What is made by the run is owned by its place, and disposed of from there. */
export interface Holder {
  /** Disposes of what is held, if anything is. */
  release(): void
}

/** Holds one tensor. */
export class Place implements Holder {
  private held: Tensor | null = null

  /** @throws Error where nothing is held: an instruction came before those it reads from. */
  get(): Tensor {
    if (this.held) return this.held
    throw new Error('A value was used before it was made, or after it was given back.')
  }

  set(value: Tensor): void {
    this.held = value
  }

  /** Hands over what is held. */
  take(): Tensor {
    const value = this.get()
    this.held = null
    return value
  }

  release(): void {
    this.held?.dispose()
    this.held = null
  }
}

/** Holds one tensor for each step of a loop. */
export class StepPlaces implements Holder {
  private readonly held: (Tensor | null)[]

  constructor(length: number) {
    this.held = new Array<Tensor | null>(length).fill(null)
  }

  get(at: number): Tensor {
    const value = this.held[at]
    if (value) return value
    throw new Error(`Step ${at} of a sequence was used before it was made.`)
  }

  all(): Tensor[] {
    return this.held.map((_, at) => this.get(at))
  }

  set(at: number, value: Tensor): void {
    this.held[at] = value
  }

  release(): void {
    this.held.forEach((value, at) => {
      value?.dispose()
      this.held[at] = null
    })
  }
}
