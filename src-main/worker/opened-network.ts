import { learnedMatrices, type LearnedMatrix } from '../../src-core/architecture/matrices'
import { UnrollError } from '../../src-core/errors'
import type { Stepper } from '../../src-core/sampling/stepper'
import type { CorpusIdentity } from '../../src-core/training/checkpoint'
import { TrainedNetwork, type TrainedWeights } from '../host/trained-network'
import { TurnStepper } from './turn-stepper'
import type { Turns } from './turns'

/** Weights of a run at one step, with what belongs to them. */
export interface FoundWeights extends TrainedWeights {
  readonly step: number
  readonly corpus: CorpusIdentity
  /** Where the corpus was encoded; null where that is not known. */
  readonly encodedCorpus: string | null
}

interface SteppingUse {
  readonly inspect: boolean
  readonly signal: AbortSignal | null
}

/** A network that text is written with, by as many requests at once as there are. */
export class OpenedNetwork {
  /** Steppers that nobody uses now: those that tell what circles hold, and those that do not. */
  readonly #idle = { inspecting: [] as Stepper[], plain: [] as Stepper[] }
  #made = 0
  #users = 0
  #disposed = false

  private constructor(
    readonly found: FoundWeights,
    readonly trained: TrainedNetwork,
    private readonly turns: Turns,
  ) {}

  /** @throws UnrollError of `TrainedNetwork.open` */
  static async open(found: FoundWeights, turns: Turns): Promise<OpenedNetwork> {
    return new OpenedNetwork(found, await TrainedNetwork.open(found, 'stepping'), turns)
  }

  get matrices(): LearnedMatrix[] {
    return learnedMatrices(this.trained.network.parameters)
  }

  /** @throws UnrollError `unknown-matrix` */
  matrix(name: string): Float32Array<ArrayBuffer> {
    const tensor = this.matrices.some((matrix) => matrix.name === name)
      ? this.found.tensors.get(name)
      : undefined
    if (tensor) return Float32Array.from(tensor.data)
    throw new UnrollError(
      'unknown-matrix',
      `The network has no weights of the name ${name}.`,
      'Choose one of its matrices.',
    )
  }

  /**
   * Has something done with a stepper of its own, at its beginning.
   * @throws UnrollError `network-not-open`, `checkpoint-mismatch`, `predicts-nothing-next`; Cancelled where the signal says so
   */
  async withStepper<Result>(
    { inspect, signal }: SteppingUse,
    work: (stepper: Stepper) => Promise<Result>,
  ): Promise<Result> {
    if (this.#disposed) throw networkNotOpen()
    const idle = inspect ? this.#idle.inspecting : this.#idle.plain
    this.#users++
    try {
      const stepper = idle.pop() ?? (await this.#makeStepper(inspect))
      try {
        stepper.reset()
        const byToken = this.trained.network.stepping === 'carried'
        return await work(new TurnStepper(stepper, this.turns, byToken, signal))
      } finally {
        idle.push(stepper)
      }
    } finally {
      this.#users--
      if (this.#disposed) await this.dispose()
    }
  }

  /** Once nobody uses it any more. */
  async dispose(): Promise<void> {
    this.#disposed = true
    if (this.#users === 0) await this.trained.dispose()
  }

  #makeStepper(inspect: boolean): Promise<Stepper> {
    const carriedAs = `step-${++this.#made}`
    return this.turns.take(() => this.trained.stepper({ inspect, carriedAs }))
  }
}

export function networkNotOpen(): UnrollError {
  return new UnrollError('network-not-open', 'The network was closed for others.', 'Open it again.')
}
