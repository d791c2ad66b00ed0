import type { BatchSource } from '../corpus/batch-source'
import type { Engine } from '../graph/engine'
import type { Program } from '../graph/program'
import type { Checkpoint, CheckpointDescription, CheckpointStanding } from './checkpoint'
import type { GuardFinding } from './guard'
import type { EpochLine, SampleLine } from './metrics'
import type { Plan } from './plan'

/** What training needs of a network; the architecture's compiler makes it. */
export interface TrainingPrograms {
  readonly training: Program
  readonly evaluation: Program
  readonly initialization: Program
  /** [K] weight of each output in the total loss. */
  readonly weights: readonly number[]
}

/** The run on disk. Appending costs nothing to wait for; what went wrong behind the scenes is in `failure`. */
export interface RunRecords {
  /** Bytes appended so far, also those still on their way. */
  readonly written: { readonly metrics: number; readonly samples: number }
  readonly failure: Error | null
  appendMetrics(lines: string): void
  appendSample(line: string): void
  /** Resolves once the checkpoint is on the disk, and before it all that it says is written. */
  save(checkpoint: Checkpoint): Promise<void>
  /** The last checkpoint that was saved; what was appended after it is taken back. */
  goBack(): Promise<Checkpoint>
  /** Has everything appended on the disk, and forgets a failure that is over. */
  flush(): Promise<void>
}

export type PauseReason =
  | { readonly kind: 'asked' }
  | { readonly kind: 'guard'; readonly finding: GuardFinding }
  | { readonly kind: 'write-failed'; readonly error: Error }

/** Who watches the run. Called from within the loop: it must return at once. */
export interface RunObserver {
  /** @param outputs [K] valid during the call alone. */
  step(step: number, loss: number, outputs: ArrayLike<number>, learningRate: number): void
  epoch(line: EpochLine): void
  sample(line: SampleLine): void
  checkpoint(standing: CheckpointStanding): void
  running(): void
  paused(reason: PauseReason): void
}

export interface Clock {
  /** Milliseconds. */
  now(): number
  /** Lets messages from outside in. */
  breathe(): Promise<void>
}

export interface TrainerParts {
  readonly engine: Engine
  readonly programs: TrainingPrograms
  readonly plan: Plan
  readonly batches: BatchSource
  readonly validation: BatchSource | null
  readonly records: RunRecords
  readonly observer: RunObserver
  readonly clock: Clock
  /** Writes the plan's sample. */
  readonly sample: (settings: Plan['samples']) => Promise<Pick<SampleLine, 'prime' | 'text'>>
  readonly identity: Pick<CheckpointDescription, 'architecture' | 'vocabulary' | 'corpus'>
}
