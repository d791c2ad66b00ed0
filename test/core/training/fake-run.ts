import type { BatchSource } from '../../../src-core/corpus/batch-source'
import type { Compiled, Engine } from '../../../src-core/graph/engine'
import type { Program, ProgramInput, StateRole } from '../../../src-core/graph/program'
import { sizeOf, type DType, type Shape, type Tensor } from '../../../src-core/graph/tensor'
import { variable } from '../../../src-core/graph/variable'
import {
  decodeCheckpoint,
  encodeCheckpoint,
  type Checkpoint,
  type CheckpointStanding,
  type CorpusIdentity,
} from '../../../src-core/training/checkpoint'
import type { EpochLine, SampleLine } from '../../../src-core/training/metrics'
import type {
  PauseReason,
  RunObserver,
  RunRecords,
  TrainerParts,
  TrainingPrograms,
} from '../../../src-core/training/parts'
import { makePlan, type PlanInput } from '../../../src-core/training/plan'

/** B rows of two tokens: one that is read and one that is to be predicted. */
const ROWS = 4
export const BATCHES = 5

/** Two segments, with checkpoints and samples along the way. */
export const PLAN = {
  segments: [
    { epochs: 2, learningRate: 0.1 },
    { steps: 8, learningRate: 0.05 },
  ],
  checkpoints: { everySteps: 4, everySeconds: null },
  samples: { everySteps: 3 },
} satisfies PlanInput

const STATES: [name: string, role: StateRole, dtype: DType, shape: Shape][] = [
  ['weight', 'parameter', 'float32', [2]],
  ['moment', 'optimizer', 'float32', [2]],
  ['steps', 'optimizer', 'int32', []],
  ['memory', 'carried', 'float32', [ROWS]],
]

function program(name: string, inputs: ProgramInput[]): Program {
  const states = STATES.map(([state, role, dtype, shape]) => ({
    name: state,
    role,
    variable: variable(state, dtype, shape),
  }))
  return { name, inputs, states, outputs: {}, updates: {} }
}

const input = (name: string, dtype: DType, shape: Shape, random?: ProgramInput['random']): ProgramInput => ({
  name,
  variable: variable(name, dtype, shape),
  ...(random ? { random } : {}),
})

/** A regression with momentum, a dropout mask and a memory that is carried: all that a real network has. */
const PROGRAMS: TrainingPrograms = {
  training: program('training', [
    input('tokens', 'int32', [2, ROWS]),
    input('learningRate', 'float32', []),
    input('fresh', 'bool', [ROWS]),
    input('mask', 'float32', [ROWS], { kind: 'mask', keep: 0.75 }),
  ]),
  evaluation: program('evaluation', [input('tokens', 'int32', [2, ROWS]), input('fresh', 'bool', [ROWS])]),
  initialization: program('initialization', [input('noise', 'float32', [2], { kind: 'normal' })]),
  weights: [1, 0.5],
}

/** Computes what the programs above stand for. */
export class FakeEngine implements Engine {
  readonly name = 'fake'
  readonly device = 'nothing'
  readonly threads = 1
  readonly states = new Map<string, Tensor>(
    STATES.map(([name, , dtype, shape]) => [
      name,
      {
        dtype,
        shape,
        data: dtype === 'int32' ? new Int32Array(sizeOf(shape)) : new Float32Array(sizeOf(shape)),
      },
    ]),
  )

  compile({ name }: Program): Promise<Compiled> {
    const run = { training: this.#train, evaluation: this.#evaluate, initialization: this.#initialize }[name]
    if (!run) throw new Error(name)
    return Promise.resolve({
      run: (inputs) => Promise.resolve(run.call(this, inputs)),
      dispose: () => Promise.resolve(),
    })
  }

  read(state: string): Promise<Tensor> {
    const { dtype, shape, data } = this.#state(state)
    return Promise.resolve({ dtype, shape, data: data.slice() })
  }

  write(state: string, { data }: Tensor): Promise<void> {
    this.#state(state).data.set(data)
    return Promise.resolve()
  }

  dispose(): Promise<void> {
    return Promise.resolve()
  }

  #state(name: string): Tensor {
    const tensor = this.states.get(name)
    if (!tensor) throw new Error(name)
    return tensor
  }

  #initialize({ noise }: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
    this.#state('weight').data.set(noise.data)
    return {}
  }

  #train({ tokens, learningRate, fresh, mask }: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
    const weight = this.#state('weight').data
    const moment = this.#state('moment').data
    const memory = this.#state('memory').data
    const gradient = [0, 0]
    const outputs = new Float32Array(2)
    for (let row = 0; row < ROWS; row++) {
      if (fresh.data[row]) memory[row] = 0
      const x = (tokens.data[row] / 10) * mask.data[row]
      const error = weight[0] * x + weight[1] * memory[row] - tokens.data[ROWS + row] / 10
      gradient[0] += error * x
      gradient[1] += error * memory[row]
      outputs[0] += (error * error) / ROWS
      outputs[1] += Math.abs(error) / ROWS
      memory[row] = Math.tanh(x + 0.5 * memory[row])
    }
    for (let index = 0; index < 2; index++) {
      moment[index] = 0.9 * moment[index] + gradient[index] / ROWS
      weight[index] -= learningRate.data[0] * moment[index]
    }
    this.#state('steps').data[0]++
    const loss = Float32Array.of(outputs[0] + 0.5 * outputs[1])
    return {
      loss: { dtype: 'float32', shape: [], data: loss },
      outputs: { dtype: 'float32', shape: [2], data: outputs },
    }
  }

  #evaluate({ tokens }: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
    const weight = this.#state('weight').data
    const losses = new Float32Array(2 * ROWS)
    for (let row = 0; row < ROWS; row++) {
      const error = (weight[0] * tokens.data[row] - tokens.data[ROWS + row]) / 10
      losses[row] = error * error
      losses[ROWS + row] = Math.abs(error)
    }
    return { losses: { dtype: 'float32', shape: [2, ROWS], data: losses } }
  }
}

/** Windows that differ by epoch, batch and row; state is carried within an epoch. */
export function fakeSource(batches = BATCHES, filled = ROWS): BatchSource {
  return {
    tokensNeeded: 2,
    rows: ROWS,
    batches,
    examples: batches * filled,
    fillTokens(into, epoch, batch) {
      for (let at = 0; at < into.length; at++) into[at] = 1 + ((epoch * 31 + batch * 17 + at * 7) % 9)
      return filled
    },
    fillFresh: (into, _epoch, batch) => void into.fill(batch === 0 ? 1 : 0),
  }
}

/** A run's files, in memory; a checkpoint goes through its real format. */
export class MemoryRecords implements RunRecords {
  metrics = ''
  samples = ''
  failure: Error | null = null
  readonly checkpoints: Uint8Array[] = []

  get written(): { metrics: number; samples: number } {
    return { metrics: this.metrics.length, samples: this.samples.length }
  }

  appendMetrics(lines: string): void {
    this.metrics += lines
  }

  appendSample(line: string): void {
    this.samples += line
  }

  async save(checkpoint: Checkpoint): Promise<void> {
    await Promise.resolve()
    if (this.failure) throw this.failure
    this.checkpoints.push(encodeCheckpoint(checkpoint))
  }

  goBack(): Promise<Checkpoint> {
    const checkpoint = this.last()
    this.metrics = this.metrics.slice(0, checkpoint.written.metrics)
    this.samples = this.samples.slice(0, checkpoint.written.samples)
    return Promise.resolve(checkpoint)
  }

  flush(): Promise<void> {
    return this.failure ? Promise.reject(this.failure) : Promise.resolve()
  }

  last(): Checkpoint {
    return decodeCheckpoint(this.checkpoints[this.checkpoints.length - 1])
  }
}

export class Recorder implements RunObserver {
  readonly steps: { step: number; loss: number; learningRate: number }[] = []
  readonly epochs: EpochLine[] = []
  readonly samples: SampleLine[] = []
  readonly standings: CheckpointStanding[] = []
  readonly pauses: PauseReason[] = []
  /** Called after each step, to act in the middle of a run. */
  onStep: (step: number) => void = () => undefined
  onPause: (reason: PauseReason) => void = () => undefined

  step(step: number, loss: number, _outputs: ArrayLike<number>, learningRate: number): void {
    this.steps.push({ step, loss, learningRate })
    this.onStep(step)
  }

  epoch(line: EpochLine): void {
    this.epochs.push(line)
  }

  sample(line: SampleLine): void {
    this.samples.push(line)
  }

  checkpoint(standing: CheckpointStanding): void {
    this.standings.push(standing)
  }

  running(): void {
    // Only pauses are watched.
  }

  paused(reason: PauseReason): void {
    this.pauses.push(reason)
    this.onPause(reason)
  }
}

export const CORPUS: CorpusIdentity = {
  files: [
    {
      path: '/corpus.txt',
      size: 100,
      sha256: '0'.repeat(64),
      encoding: 'utf-8',
      undecodable: { count: 0, firstOffsets: [] },
      length: 100,
    },
  ],
  tokens: 'chars',
  fallback: null,
  length: 100,
  vocabularySize: 3,
  baselines: { uniform: 0.7, unigram: 0.6, bigram: 0.5 },
  indexSha256: '0'.repeat(64),
}

export interface FakeRun {
  readonly parts: TrainerParts
  readonly engine: FakeEngine
  readonly records: MemoryRecords
  readonly observer: Recorder
}

/** @param before the records that the run goes on with. */
export function fakeRun(plan: PlanInput, before?: MemoryRecords): FakeRun {
  const engine = new FakeEngine()
  const records = before ?? new MemoryRecords()
  const observer = new Recorder()
  let time = 0
  const parts: TrainerParts = {
    engine,
    programs: PROGRAMS,
    plan: makePlan(plan),
    batches: fakeSource(),
    validation: null,
    records,
    observer,
    clock: { now: () => (time += 1), breathe: () => new Promise((resolve) => setImmediate(resolve)) },
    sample: () => Promise.resolve({ prime: 'a', text: `w=${String(engine.states.get('weight')?.data[0])}` }),
    identity: {
      architecture: { name: 'fake' },
      vocabulary: { kind: 'chars', tokens: ['a', 'b'], counts: [50, 50] },
      corpus: CORPUS,
    },
  }
  return { parts, engine, records, observer }
}

/** metrics.jsonl without what two runs of one seed may differ in. */
export function untimed(metrics: string): string[] {
  return metrics.split('\n').map((line) => line.replace(/"seconds":[^,}]*/, '"seconds":0'))
}
