import type { BatchSource } from '../corpus/batch-source'
import type { Compiled } from '../graph/engine'
import type { Program } from '../graph/program'
import type { Tensor, TensorData } from '../graph/tensor'
import { RandomInputs } from './random-inputs'

export interface StepLosses {
  /** In nats: each output's by its weight, summed. */
  readonly loss: number
  /** [K] valid until the next step, where the engine takes one at a time. */
  readonly outputs: TensorData
}

/** Runs steps of training, with all that the program asks for. Nothing but the losses is made anew for a step. */
export class TrainingStep {
  readonly #inputs: Readonly<Record<string, Tensor>>
  readonly #tokens: Int32Array
  readonly #fresh: Uint8Array | null
  readonly #learningRate = new Float32Array(1)
  readonly #random: RandomInputs

  constructor(
    private readonly compiled: Compiled,
    program: Program,
    private readonly batches: BatchSource,
    seed: number,
  ) {
    const { tokensNeeded, rows } = batches
    this.#tokens = new Int32Array(tokensNeeded * rows)
    this.#fresh = isStateful(program) ? new Uint8Array(rows) : null
    this.#random = new RandomInputs(program, seed, 'training')
    this.#inputs = {
      tokens: { dtype: 'int32', shape: [tokensNeeded, rows], data: this.#tokens },
      learningRate: { dtype: 'float32', shape: [], data: this.#learningRate },
      ...(this.#fresh ? { fresh: { dtype: 'bool', shape: [rows], data: this.#fresh } } : {}),
      ...this.#random.tensors,
    }
  }

  /**
   * @param step steps done before, from which the batch and the random numbers follow. Where the engine takes several
   * at a time, the next may be asked for at once: its inputs are taken before this returns its promise.
   */
  async run(step: number, learningRate: number): Promise<StepLosses> {
    const epoch = Math.floor(step / this.batches.batches)
    const batch = step % this.batches.batches
    this.batches.fillTokens(this.#tokens, epoch, batch)
    if (this.#fresh) this.batches.fillFresh(this.#fresh, epoch, batch)
    this.#learningRate[0] = learningRate
    this.#random.draw(step)
    const { loss, outputs } = await this.compiled.run(this.#inputs)
    return { loss: loss.data[0], outputs: outputs.data }
  }
}

/** Whether a program carries state from batch to batch, and so asks which rows start anew. */
export function isStateful(program: Program): boolean {
  return program.inputs.some(({ name }) => name === 'fresh')
}
