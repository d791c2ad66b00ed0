import { reasonOf } from '../errors'
import type { CheckpointStanding } from './checkpoint'
import type { TrainerParts } from './parts'
import type { Progress } from './progress'
import { allFinite, readStates } from './states'

/** Takes the checkpoints of a run between steps, and has them written while training goes on. */
export class CheckpointWriter {
  /** Why the last one could not be written; null once one could. */
  failure: Error | null = null
  #writing: Promise<void> = Promise.resolve()
  /** Whether something happened since the last checkpoint. */
  #changed: boolean
  #takenAt: number

  constructor(
    private readonly parts: TrainerParts,
    isNew: boolean,
  ) {
    this.#changed = isNew
    this.#takenAt = parts.clock.now()
  }

  /** Says that the run is no longer what the last checkpoint has. */
  changed(): void {
    this.#changed = true
  }

  isOverdue(everySeconds: number | null): boolean {
    return everySeconds !== null && this.parts.clock.now() - this.#takenAt >= everySeconds * 1000
  }

  /**
   * Takes a checkpoint where anything has changed. Only one is written at a time: it waits for the one before.
   * @returns false where the weights are broken: the last good checkpoint then stays the last.
   */
  async take(progress: Progress): Promise<boolean> {
    if (!this.#changed) return true
    await this.#writing
    const { engine, programs, records, plan, observer, identity } = this.parts
    const tensors = await readStates(engine, programs.training)
    if (!allFinite(tensors.values())) return false
    const { epoch } = progress
    const standing = this.#standing(progress)
    this.#changed = false
    this.failure = null
    this.#takenAt = this.parts.clock.now()
    this.#writing = records
      .save({
        tensors,
        standing,
        // The run goes on counting while this is written.
        progress: { ...progress, epoch: { ...epoch, outputs: [...epoch.outputs] } },
        plan,
        ...identity,
        engine: { name: engine.name, threads: engine.threads },
        random: { generator: 'philox4x32-10', seed: plan.seed },
        roles: Object.fromEntries(programs.training.states.map(({ name, role }) => [name, role])),
        written: { ...records.written },
      })
      .then(() => observer.checkpoint(standing))
      .catch((error: unknown) => {
        this.#changed = true
        this.failure = error instanceof Error ? error : new Error(reasonOf(error))
      })
    return true
  }

  /** Once what was taken is written, or has failed to be. */
  async settled(): Promise<void> {
    await this.#writing
  }

  #standing({ step, epoch, epochLoss }: Progress): CheckpointStanding {
    const isEnd = step > 0 && epoch.steps === 0
    return {
      step,
      endOfEpoch: isEnd ? step / this.parts.batches.batches : null,
      loss: isEnd ? epochLoss : null,
    }
  }
}
