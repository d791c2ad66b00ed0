import type { RunMetrics, RunSteps } from '../../../src-core/contract/runs'
import type { EpochLine, RateLine } from '../../../src-core/training/metrics'

const FIRST_CAPACITY = 4096

/**
 * The losses of a run by step, in nats. They lie in one array a line, which grows by half when it is full: a step
 * costs (K + 1) · 4 bytes and no object. `version` counts the changes; who reads it hears of the next one.
 */
export class RunSeries {
  #version = $state(0)
  #steps = 0
  #total = new Float32Array(0)
  #outputs: Float32Array[] = []
  #epochs: EpochLine[] = []
  #rates: RateLine[] = []
  /** Counts how often steps were taken back or replaced, so that what was computed from them is thrown away. */
  #edition = 0

  get version(): number {
    return this.#version
  }

  get edition(): number {
    return this.#edition
  }

  /** Steps that are held; value `i` of a line is that of step `i + 1`. */
  get steps(): number {
    return this.#steps
  }

  /** K */
  get width(): number {
    return this.#outputs.length
  }

  /** [steps] the total loss. A view: it is good until the next change. */
  get total(): Float32Array {
    return this.#total.subarray(0, this.#steps)
  }

  /** [steps] the loss of one output, counted from 0. A view, as `total`. */
  output(index: number): Float32Array {
    return this.#outputs[index].subarray(0, this.#steps)
  }

  get epochs(): readonly EpochLine[] {
    return this.#epochs
  }

  get rates(): readonly RateLine[] {
    return this.#rates
  }

  /** Takes steps as the host keeps them; from `first` on they replace what is here. @returns 'gap' as `append` does. */
  load(metrics: RunMetrics): 'taken' | 'gap' {
    const { first, width, losses, outputs, epochs, rates } = metrics
    if (first > this.#steps + 1) return 'gap'
    if (first <= this.#steps) this.#cut(first - 1)
    this.#epochs = [...epochs]
    this.#rates = [...rates]
    if (losses.length > 0) this.#write(losses, outputs, width)
    this.#version++
    return 'taken'
  }

  /**
   * Takes steps that a run just made. Those that are here already are left as they are.
   * @returns 'gap' where steps between the end and these are missing; nothing is taken then.
   */
  append({ first, losses, outputs, learningRate }: RunSteps): 'taken' | 'gap' {
    if (first > this.#steps + 1) return 'gap'
    const known = this.#steps + 1 - first
    if (losses.length <= known) return 'taken'
    const width = outputs.length / losses.length
    this.#write(losses.subarray(known), outputs.subarray(known * width), width)
    this.#noteRate(learningRate)
    this.#version++
    return 'taken'
  }

  addEpoch(line: EpochLine): void {
    this.#epochs = [...this.#epochs.filter(({ epoch }) => epoch < line.epoch), line]
    this.#version++
  }

  /** A rate that was set by hand, from the next step on. */
  addRate(line: RateLine): void {
    this.#rates = [...this.#rates.filter(({ step }) => step < line.step), line]
    this.#version++
  }

  /** Back to where `step` steps were made. */
  rewind(step: number): void {
    this.#cut(step)
    this.#version++
  }

  /** The rate of a step, counted from 1; null where it is not known. */
  rateAt(step: number): number | null {
    let rate: number | null = null
    for (const line of this.#rates) if (line.step <= step) rate = line.learningRate
    return rate
  }

  #cut(step: number): void {
    if (step < this.#steps) {
      this.#steps = step
      this.#edition++
    }
    this.#epochs = this.#epochs.filter((line) => line.step <= step)
    this.#rates = this.#rates.filter((line) => line.step <= step + 1)
  }

  /** Rates come with every tenth of a second: a change is noted where it is first heard of, as the plan's. */
  #noteRate(learningRate: number): void {
    const last = this.#rates.at(-1)
    if (last?.learningRate === learningRate) return
    this.#rates = [...this.#rates, { type: 'rate', step: this.#steps, learningRate, by: 'plan' }]
  }

  #write(losses: Float32Array, outputs: Float32Array, width: number): void {
    if (this.#steps === 0 && width !== this.width) {
      this.#outputs = Array.from({ length: width }, () => new Float32Array(this.#total.length))
    }
    if (width !== this.width || outputs.length !== losses.length * width) {
      throw new Error(
        `${outputs.length} losses of outputs for ${losses.length} steps of ${this.width} outputs`,
      )
    }
    const start = this.#steps
    const end = start + losses.length
    if (end > this.#total.length) this.#grow(end)
    this.#total.set(losses, start)
    this.#outputs.forEach((line, output) => {
      for (let at = start, from = output; at < end; at++, from += width) line[at] = outputs[from]
    })
    this.#steps = end
  }

  #grow(least: number): void {
    const capacity = Math.max(FIRST_CAPACITY, least, Math.ceil(this.#total.length * 1.5))
    this.#total = grown(this.#total, this.#steps, capacity)
    this.#outputs = this.#outputs.map((line) => grown(line, this.#steps, capacity))
  }
}

function grown(line: Float32Array, used: number, capacity: number): Float32Array<ArrayBuffer> {
  const larger = new Float32Array(capacity)
  larger.set(line.subarray(0, used))
  return larger
}
