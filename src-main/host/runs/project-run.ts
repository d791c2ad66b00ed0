import { mkdir } from 'node:fs/promises'
import { errorData } from '../../../src-core/contract/error-data'
import type { RunEntry, RunState, RunSteps } from '../../../src-core/contract/runs'
import type { StartRequest, TrainedSteps, TrainingState } from '../../../src-core/contract/training'
import { UnrollError } from '../../../src-core/errors'
import type { EpochLine, SampleLine } from '../../../src-core/training/metrics'
import { listCheckpoints } from '../../store/checkpoint-files'
import { readRun, runPaths, writeRun, type RunRecord } from '../../store/run-folder'
import { TrainingProcess } from '../training-process'
import type { StartWorker } from '../worker-process'
import { readRunOnDisk, type RunOnDisk } from './run-on-disk'
import { SessionRate } from './session-rate'

/** Messages of steps that are kept, since the newest lines may not be on the disk yet: some seconds. */
const KEPT = 50

/** Least time between two looks for a newer checkpoint, in milliseconds. */
const LOOK = 3000

/** What a run tells of itself. */
export interface RunListener {
  changed(): void
  steps(steps: RunSteps): void
  epoch(line: EpochLine): void
  sample(line: SampleLine): void
  rewound(step: number): void
}

export type StartOptions = Omit<StartRequest, 'folder'>

/** A run of the project, with its training process while it has one. */
export class ProjectRun {
  state: RunState
  /** A rate set by hand while it does not train, for when it goes on. */
  #nextRate: number | null = null
  #known: RunOnDisk
  #device: string | null = null
  #threads: number | null
  #process: TrainingProcess | null = null
  #training: Promise<void> = Promise.resolve()
  #rate = new SessionRate()
  #recent: TrainedSteps[] = []
  #lookedAt = 0
  #name: string | null = null

  private constructor(
    readonly id: string,
    readonly folder: string,
    known: RunOnDisk,
    private readonly listener: RunListener,
  ) {
    this.#known = known
    this.state = known.state
    this.#threads = known.record.engine.threads
  }

  /** @throws UnrollError of `readRunOnDisk` */
  static async open(id: string, folder: string, listener: RunListener): Promise<ProjectRun> {
    return new ProjectRun(id, folder, await readRunOnDisk(folder), listener)
  }

  get record(): RunRecord {
    return this.#known.record
  }

  get step(): number {
    return this.#known.step
  }

  get totalSteps(): number {
    return this.#known.totalSteps
  }

  /** Its training process; null where none of this program's trains it. */
  get process(): TrainingProcess | null {
    return this.#process
  }

  /** The last steps that were told of, which may not be on the disk yet. */
  get recentSteps(): readonly TrainedSteps[] {
    return this.#recent
  }

  /** Whether no other run is to begin: it trains, or may go on to at any moment. */
  get isBusy(): boolean {
    return this.#process !== null && this.state.state !== 'guard'
  }

  entry(): RunEntry {
    const { record, step, totalSteps, batches, loss, validation, learningRate, checkpoint } = this.#known
    const { engine } = record
    const { name: architecture } = record.architecture
    return {
      id: this.id,
      name: this.#name ?? record.name,
      created: record.created,
      architecture: typeof architecture === 'string' ? architecture : '',
      corpus: corpusName(record),
      state: this.state,
      step,
      totalSteps,
      batches,
      loss,
      validation,
      learningRate: this.#nextRate ?? learningRate,
      checkpoint,
      engine: {
        name: engine.name,
        device: this.#device,
        threads: this.#threads,
        reason: engine.reason ?? null,
      },
    }
  }

  /** What its folder says now. */
  async reload(): Promise<void> {
    this.#known = await readRunOnDisk(this.folder)
    this.#recent = []
    this.setState(this.#known.state)
  }

  /** Sets the rate for when it goes on. */
  keepRate(learningRate: number): void {
    this.#nextRate = learningRate
    this.listener.changed()
  }

  setState(state: RunState): void {
    this.state = state
    this.listener.changed()
  }

  /** Shown at once; on the disk at the latest when it has stopped, for its process writes the same file. */
  async rename(name: string): Promise<void> {
    this.#name = name
    await this.#writeName()
    this.listener.changed()
  }

  /**
   * Trains until it ends; never throws: what went wrong is its state.
   * @param oneStep whether to do one step and then pause, where the options say to begin in a pause
   */
  train(options: StartOptions, startWorker: StartWorker, oneStep: boolean): Promise<void> {
    this.#training = this.#train(options, startWorker, oneStep)
    return this.#training
  }

  async #train(options: StartOptions, startWorker: StartWorker, oneStep: boolean): Promise<void> {
    this.setState({ state: 'starting' })
    this.#rate = new SessionRate()
    this.#recent = []
    const learningRate = options.learningRate ?? this.#nextRate ?? undefined
    const process = new TrainingProcess(
      {
        steps: (steps) => this.#onSteps(steps),
        epoch: (line) => this.#onEpoch(line),
        sample: (line) => this.listener.sample(line),
        state: (state) => this.#onState(state),
      },
      startWorker,
    )
    this.#process = process
    let failure: unknown = null
    try {
      await mkdir(runPaths(this.folder).checkpoints, { recursive: true })
      const started = await process.start({ ...options, folder: this.folder, learningRate })
      this.#nextRate = null
      const { totalSteps, batches, engine } = started
      const { device, ...taken } = engine
      const record = { ...this.#known.record, engine: taken }
      this.#known = { ...this.#known, record, totalSteps, batches }
      this.#device = device
      this.#threads = taken.threads
      this.listener.changed()
      if (oneStep) await process.stepOnce()
      await process.finished
    } catch (error) {
      failure = error
    }
    await this.#ended(process, failure)
  }

  /** Asks it to end after its step, with a checkpoint, and waits until its process is gone. */
  async stop(): Promise<void> {
    const process = this.#process
    if (!process) return
    this.setState({ state: 'stopping' })
    process.stop()
    await this.#training
  }

  async #ended(process: TrainingProcess, failure: unknown): Promise<void> {
    // A start that failed has killed its process; the run is free only once that is gone.
    await new Promise<void>((resolve) => process.kill(resolve))
    try {
      if (failure !== null && !isOfOther(failure)) await this.#writeFailure(failure)
      if (this.#name !== null) await this.#writeName()
      this.#known = await readRunOnDisk(this.folder)
      this.state = failure === null ? this.#known.state : { state: 'failed', error: errorOf(failure) }
    } catch (error) {
      this.state = { state: 'failed', error: errorOf(failure ?? error) }
    }
    this.#process = null
    this.listener.changed()
  }

  async #writeFailure(failure: unknown): Promise<void> {
    const record = await readRun(this.folder)
    const status = { state: 'failed', step: this.step, ...errorOf(failure) } as const
    // Where the disk is full it is left as it was.
    await writeRun(this.folder, { ...record, status }).catch(() => undefined)
  }

  async #writeName(): Promise<void> {
    const record = await readRun(this.folder)
    const renamed = { ...record, name: this.#name ?? record.name }
    if (renamed.name !== record.name) await writeRun(this.folder, renamed)
    this.#known = { ...this.#known, record: renamed }
  }

  #onSteps(steps: TrainedSteps): void {
    const { first, losses, learningRate } = steps
    const count = losses.length
    this.#rate.add(count)
    this.#recent.push(steps)
    if (this.#recent.length > KEPT) this.#recent.shift()
    const step = first + count - 1
    this.#known = { ...this.#known, step, loss: losses[count - 1], learningRate }
    const rate = this.#rate.stepsPerSecond
    this.listener.steps({
      run: this.id,
      ...steps,
      tokensPerSecond: rate === null ? null : rate * this.#known.stepTokens,
      secondsLeft: rate === null ? null : Math.max(0, this.totalSteps - step) / rate,
    })
    if (performance.now() - this.#lookedAt > LOOK) void this.#lookForCheckpoint()
  }

  #onEpoch(line: EpochLine): void {
    this.#known = { ...this.#known, validation: line.validation }
    this.listener.epoch(line)
    void this.#lookForCheckpoint()
    this.listener.changed()
  }

  #onState(state: TrainingState): void {
    const { step } = state
    if (step < this.step) {
      this.#recent = []
      this.listener.rewound(step)
    }
    this.#known = { ...this.#known, step }
    if (state.state === 'running') this.#rate.goOn()
    else this.#rate.pause()
    void this.#lookForCheckpoint()
    if (this.state.state === 'stopping') return
    if (state.state === 'guard') this.setState({ state: 'guard', finding: state.finding })
    else if (state.state === 'write-failed') this.setState({ state: 'write-failed', error: state.error })
    else this.setState({ state: state.state })
  }

  async #lookForCheckpoint(): Promise<void> {
    this.#lookedAt = performance.now()
    const found = await listCheckpoints(runPaths(this.folder).checkpoints).catch(() => [])
    const [newest] = found
    if (!newest || newest.step === this.#known.checkpoint?.step) return
    this.#known = { ...this.#known, checkpoint: { step: newest.step, written: newest.written } }
    this.listener.changed()
  }
}

/** The file's name; of several the first's and how many there are. */
function corpusName({ corpus: { files } }: RunRecord): string {
  const name = files[0].path.split(/[\\/]/).pop() ?? ''
  return files.length === 1 ? name : `${name} and ${files.length - 1} more`
}

/** Whether another program holds the run: what it says is then not ours to change. */
function isOfOther(error: unknown): boolean {
  return error instanceof UnrollError && error.code === 'run-in-use'
}

function errorOf(error: unknown) {
  const data = errorData(error, {
    code: 'training-failed',
    message: 'The training failed',
    wayOut: 'Resume the run: it goes on from its last checkpoint.',
  })
  return data.code === 'training-process-died'
    ? { ...data, wayOut: 'Resume the run: it goes on from its last checkpoint.' }
    : data
}
