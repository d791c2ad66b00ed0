import type { RunMetrics, RunSteps } from '../../../src-core/contract/runs'
import type { EpochLine, RateLine } from '../../../src-core/training/metrics'
import { ThinnedLine } from './thinned-line'

/**
 * The losses of a run by step, in nats: one line for the total and one an output, which stop growing when they are
 * long. `version` counts the changes; who reads it hears of the next one.
 */
export class RunSeries {
  #version = $state(0)
  #total: ThinnedLine
  #outputs: ThinnedLine[] = []
  #epochs: EpochLine[] = []
  #rates: RateLine[] = []
  /** Counts how often values were taken back or replaced, so that what was computed from them is thrown away. */
  #edition = 0

  /** @param most values that a line keeps, a multiple of 4; as many as any screen shows where left out */
  constructor(private readonly most?: number) {
    this.#total = new ThinnedLine(most)
  }

  get version(): number {
    return this.#version
  }

  get edition(): number {
    return this.#edition
  }

  /** Steps that were made. */
  get steps(): number {
    return this.#total.steps
  }

  /** Steps that a value of a line stands for: value `i` is of step `i · stride + 1`, or of one close behind it. */
  get stride(): number {
    return this.#total.stride
  }

  /** K */
  get width(): number {
    return this.#outputs.length
  }

  /** The values of the total loss. A view: it is good until the next change. */
  get total(): Float32Array {
    return this.#total.values
  }

  /** The values of one output's loss, counted from 0. A view, as `total`. */
  output(index: number): Float32Array {
    return this.#outputs[index].values
  }

  /**
   * @param output from 0; null: the total
   * @param step from 1; null: the newest
   * @returns the loss there, or, of a long run, at a step beside it; undefined where there is none
   */
  lossAt(output: number | null, step: number | null): number | undefined {
    return (output === null ? this.#total : this.#outputs[output])?.at(step)
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
    if (first > this.steps + 1) return 'gap'
    if (first <= this.steps) this.#cut(first - 1)
    // The answer has what was noted from the step before its first on.
    this.#epochs = [...this.#epochs.filter(({ step }) => step < first - 1), ...epochs]
    this.#rates = [...this.#rates.filter(({ step }) => step < first - 1), ...rates]
    if (losses.length > 0) this.#write(losses, outputs, width)
    this.#version++
    return 'taken'
  }

  /**
   * Takes steps that a run just made. Those that are here already are left as they are.
   * @returns 'gap' where steps between the end and these are missing; nothing is taken then.
   */
  append({ first, losses, outputs, learningRate }: RunSteps): 'taken' | 'gap' {
    if (first > this.steps + 1) return 'gap'
    const known = this.steps + 1 - first
    if (losses.length <= known) return 'taken'
    const width = outputs.length / losses.length
    this.#write(losses.subarray(known), outputs.subarray(known * width), width)
    this.#noteRate(learningRate)
    this.#version++
    return 'taken'
  }

  /** Goes on with a step that is not the next one; there are none between. */
  skipTo(first: number): void {
    for (const line of [this.#total, ...this.#outputs]) while (line.steps < first - 1) line.push(Number.NaN)
    this.#edition++
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
    if (step < this.steps) {
      for (const line of [this.#total, ...this.#outputs]) line.cut(step)
      this.#edition++
    }
    this.#epochs = this.#epochs.filter((line) => line.step <= step)
    this.#rates = this.#rates.filter((line) => line.step <= step + 1)
  }

  /** Rates come with every tenth of a second: a change is noted where it is first heard of, as the plan's. */
  #noteRate(learningRate: number): void {
    const last = this.#rates.at(-1)
    if (last?.learningRate === learningRate) return
    this.#rates = [...this.#rates, { type: 'rate', step: this.steps, learningRate, by: 'plan' }]
  }

  #write(losses: Float32Array, outputs: Float32Array, width: number): void {
    if (this.width === 0 || (this.steps === 0 && width !== this.width)) this.#widen(width)
    if (width !== this.width || outputs.length !== losses.length * width) {
      throw new Error(
        `${outputs.length} losses of outputs for ${losses.length} steps of ${this.width} outputs`,
      )
    }
    const { stride } = this
    for (const loss of losses) this.#total.push(loss)
    this.#outputs.forEach((line, output) => {
      for (let from = output; from < outputs.length; from += width) line.push(outputs[from])
    })
    if (this.stride !== stride) this.#edition++
  }

  /** Outputs that are not known of yet have no losses for the steps before. */
  #widen(width: number): void {
    this.#outputs = Array.from({ length: width }, () => {
      const line = new ThinnedLine(this.most)
      while (line.steps < this.steps) line.push(Number.NaN)
      return line
    })
  }
}
