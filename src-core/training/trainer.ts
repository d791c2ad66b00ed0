import { UnrollError } from '../errors'
import type { Compiled } from '../graph/engine'
import type { Checkpoint } from './checkpoint'
import { CheckpointWriter } from './checkpoint-writer'
import { evaluate } from './evaluation'
import { Guard, type GuardFinding } from './guard'
import { jsonLine, stepLine, type EpochLine, type RateLine, type SampleLine } from './metrics'
import type { PauseReason, TrainerParts } from './parts'
import { emptyEpoch, initialProgress, type Progress } from './progress'
import { RandomInputs } from './random-inputs'
import { stageAt, stagesOf, type Stage } from './schedule'
import { writeStates } from './states'
import { isStateful, TrainingStep, type StepLosses } from './training-step'
import { Underway } from './underway'

/** Part of something done between steps, such as a few characters of a sample; resolves to true once all is done. */
export type Interlude = () => Promise<boolean>

/** How long training goes on without a look outside, and how long an interlude may hold it up, in milliseconds. */
const BREATH = 20

/**
 * The training loop. It owns the engine's state between steps; everything that is asked of it from outside is done
 * there, so a step is never cut in two and never waits for anyone.
 */
export class Trainer {
  readonly #stages: readonly Stage[]
  readonly #totalWeight: number
  readonly #step: TrainingStep
  readonly #underway = new Underway()
  #evaluation: Compiled | null = null
  #progress: Progress
  #guard: Guard
  #pause: PauseReason | null = null
  #stopping = false
  /** Steps to do before the next pause; Infinity while nobody steps by hand. */
  #stepsAllowed = Infinity
  #interludes: Interlude[] = []
  #wake: () => void = () => undefined
  readonly #checkpoints: CheckpointWriter
  #breathedAt: number
  /** Up to when time was counted to the epoch. */
  #countedTo: number

  private constructor(
    private readonly parts: TrainerParts,
    training: Compiled,
    checkpoint: Checkpoint | null,
  ) {
    const { plan, batches, programs, clock } = parts
    this.#stages = stagesOf(plan.segments, batches.batches)
    this.#totalWeight = programs.weights.reduce((sum, weight) => sum + weight, 0)
    this.#step = new TrainingStep(training, programs.training, batches, plan.seed)
    this.#progress = checkpoint?.progress ?? initialProgress(programs.weights.length)
    this.#guard = new Guard(plan.guard, this.#totalWeight, this.#progress.guard)
    this.#checkpoints = new CheckpointWriter(parts, checkpoint === null)
    this.#breathedAt = this.#countedTo = clock.now()
  }

  /**
   * Compiles the network and sets it to where the checkpoint stands, or to its initial weights.
   * @throws UnrollError `checkpoint-mismatch`
   */
  static async create(parts: TrainerParts, from: Checkpoint | null): Promise<Trainer> {
    const { engine, programs } = parts
    const training = await engine.compile(programs.training)
    if (from) await writeStates(engine, programs.training, from.tensors)
    else await initialize(parts)
    return new Trainer(parts, training, from)
  }

  /** Steps done. */
  get step(): number {
    return this.#progress.step
  }

  /** What the guard stopped the run for; null where it did not. */
  get guardFinding(): GuardFinding | null {
    return this.#pause?.kind === 'guard' ? this.#pause.finding : null
  }

  /**
   * Trains until the plan is done or somebody stops it; then everything is on the disk.
   * @throws whatever the engine throws, or the disk at the last checkpoint
   */
  async run(): Promise<'done' | 'stopped'> {
    const { observer, batches } = this.parts
    const end = this.#stages[this.#stages.length - 1].end
    if (this.#progress.step === 0) await this.#save()
    observer.running()
    let done = false
    while (!done && !this.#stopping) {
      if (!this.#pause && this.#stepsAllowed <= 0) this.#pauseFor({ kind: 'asked' })
      if (this.#pause) await this.#idle()
      else if (this.#progress.epoch.steps === batches.batches) await this.#endEpoch()
      else if (this.#progress.step < end) await this.#trainSteps(end)
      else done = await this.#finish()
      await this.#betweenSteps()
    }
    if (!done) await this.#finish()
    return done ? 'done' : 'stopped'
  }

  /** Ends `run` after the current step, with a checkpoint. */
  stop(): void {
    this.#stopping = true
    this.#wake()
  }

  /** After the current step. */
  pause(): void {
    this.#stepsAllowed = 0
  }

  /** @throws UnrollError `guard-stopped`, or what the disk throws where it is still full */
  async resume(): Promise<void> {
    await this.#continue(Infinity)
  }

  /** One step, and then a pause. @throws as `resume` */
  async stepOnce(): Promise<void> {
    await this.#continue(1)
  }

  /** From the next step to the end of the plan's segment. */
  setLearningRate(learningRate: number): void {
    this.#progress.hand = { learningRate, segment: stageAt(this.#stages, this.#progress.step) }
    this.#checkpoints.changed()
  }

  /** Has something done between steps, a part at a time, after what was asked before. */
  interlude(part: Interlude): void {
    this.#interludes.push(part)
    this.#wake()
  }

  /** After the guard's pause: back to the last good checkpoint, and on from there with another rate. */
  async goBack(learningRate: number): Promise<void> {
    if (this.#pause?.kind !== 'guard') {
      throw new UnrollError(
        'nothing-to-undo',
        'The run can only be taken back after its guard stopped it.',
        'Start from an earlier checkpoint instead.',
      )
    }
    await new Promise<void>((resolve, reject) => {
      this.interlude(async () => {
        await this.#restoreLast(learningRate).then(resolve, reject)
        return true
      })
    })
  }

  async #restoreLast(learningRate: number): Promise<void> {
    const { engine, programs, records, plan } = this.parts
    await this.#checkpoints.settled()
    const checkpoint = await records.goBack()
    await writeStates(engine, programs.training, checkpoint.tensors)
    this.#progress = checkpoint.progress
    this.#guard = new Guard(plan.guard, this.#totalWeight, checkpoint.progress.guard)
    this.#pause = { kind: 'asked' }
    this.setLearningRate(learningRate)
    await this.resume()
  }

  /**
   * One step; with an engine that takes more, as many as nobody wants to look in between, the next ones started before
   * the losses of the last are back. When it returns, none is under way.
   */
  async #trainSteps(end: number): Promise<void> {
    do {
      const most = this.parts.engine.ahead ?? 1
      while (this.#underway.count === 0 || (this.#underway.count < most && this.#mayGoOn(end)))
        this.#startStep()
      await this.#finishStep()
      if (this.#underway.count > 0) await this.#breathe()
    } while (this.#underway.count > 0)
  }

  /** Whether the step after those under way may start before they are done. */
  #mayGoOn(end: number): boolean {
    const { plan, batches } = this.parts
    const { count } = this.#underway
    const started = this.#progress.step + count
    const asked =
      this.#stopping ||
      this.#pause ||
      this.#interludes.length > 0 ||
      this.#stepsAllowed <= count ||
      this.#failure()
    const due =
      this.#progress.epoch.steps + count >= batches.batches ||
      isDue(plan.samples.everySteps, started) ||
      isDue(plan.checkpoints.everySteps, started) ||
      this.#checkpoints.isOverdue(plan.checkpoints.everySeconds)
    return !asked && !due && started < end
  }

  #startStep(): void {
    const step = this.#progress.step + this.#underway.count
    const { learningRate, change } = this.#rateOf(step)
    this.#underway.add({ learningRate, change, losses: this.#step.run(step, learningRate) })
  }

  async #finishStep(): Promise<void> {
    const progress = this.#progress
    const { learningRate, change, losses: promise } = this.#underway.next()
    if (change) this.parts.records.appendMetrics(jsonLine(change))
    progress.learningRate = learningRate
    const losses = await promise
    progress.step++
    this.#checkpoints.changed()
    const wrong = this.#guard.check(losses.loss)
    if (wrong) {
      await this.#underway.abandon()
      this.#guardPause(wrong, losses.loss / this.#totalWeight)
      return
    }
    this.#record(losses, learningRate)
    this.#countTime()
    this.#stepsAllowed--
    if (this.#underway.count > 0) return

    const { checkpoints, samples } = this.parts.plan
    if (isDue(samples.everySteps, progress.step)) await this.#sample()
    const overdue = this.#checkpoints.isOverdue(checkpoints.everySeconds)
    // The end of an epoch brings a checkpoint of its own, and what may be the start of an explosion is not kept.
    const fitting = progress.epoch.steps < this.parts.batches.batches && this.#guard.state.above === 0
    if (fitting && (isDue(checkpoints.everySteps, progress.step) || overdue)) await this.#save()
  }

  /** The rate of the step after so many, and the line that says so where it is another than before. */
  #rateOf(step: number): { learningRate: number; change: RateLine | null } {
    const segment = stageAt(this.#stages, step)
    const { hand, learningRate: last } = this.#progress
    const byHand = hand?.segment === segment ? hand : null
    const { learningRate } = byHand ?? this.#stages[segment]
    if (learningRate === (this.#underway.learningRate ?? last)) return { learningRate, change: null }
    const by = byHand ? 'hand' : 'plan'
    return { learningRate, change: { type: 'rate', step: step + 1, learningRate, by } }
  }

  #record({ loss, outputs }: StepLosses, learningRate: number): void {
    const { step, epoch } = this.#progress
    epoch.steps++
    epoch.loss += loss
    for (let output = 0; output < outputs.length; output++) epoch.outputs[output] += outputs[output]
    this.parts.records.appendMetrics(stepLine(step, loss, outputs))
    this.parts.observer.step(step, loss, outputs, learningRate)
  }

  /** Has all that was done on the disk. @returns false where there is nothing good to keep */
  async #finish(): Promise<boolean> {
    await this.#save()
    await this.#checkpoints.settled()
    if (this.#checkpoints.failure) throw this.#checkpoints.failure
    await this.parts.records.flush()
    return this.guardFinding === null
  }

  /** Does nothing where it is stopped within: the end of the epoch then is what the run resumes with. */
  async #endEpoch(): Promise<void> {
    const { records, observer, batches } = this.parts
    const validation = await this.#validate()
    if (this.#stopping) return
    this.#countTime()
    const { step, epoch } = this.#progress
    const line: EpochLine = {
      type: 'epoch',
      epoch: step / batches.batches,
      step,
      loss: epoch.loss / epoch.steps,
      outputs: epoch.outputs.map((sum) => sum / epoch.steps),
      validation,
      seconds: epoch.seconds,
    }
    records.appendMetrics(jsonLine(line))
    this.#progress.epoch = emptyEpoch(epoch.outputs.length)
    this.#progress.epochLoss = line.validation ?? line.loss
    observer.epoch(line)
    await this.#save()
  }

  async #validate(): Promise<number | null> {
    const { engine, programs, validation } = this.parts
    if (!validation) return null
    this.#evaluation ??= await engine.compile(programs.evaluation)
    const result = await evaluate(this.#evaluation, validation, {
      weights: programs.weights,
      stateful: isStateful(programs.evaluation),
      interrupted: async () => {
        await this.#breathe()
        return this.#stopping
      },
    })
    return result?.loss ?? null
  }

  async #sample(): Promise<void> {
    // What is under way uses the same states of the network: it is brought to its end first.
    while (this.#interludes.length > 0) await this.#interludePart()
    const { records, observer, plan } = this.parts
    const written = await this.parts.sample(plan.samples).catch((error: unknown) => {
      if (error instanceof UnrollError && error.code === 'not-finite') return null
      throw error
    })
    if (!written) {
      this.#guardPause('broken-weights', null)
      return
    }
    const { prime, text } = written
    const { temperature, seed } = plan.samples
    const line: SampleLine = { step: this.#progress.step, prime, text, temperature, seed }
    records.appendSample(jsonLine(line))
    observer.sample(line)
  }

  /** Takes a checkpoint, or pauses the run where its weights are broken. */
  async #save(): Promise<void> {
    if (this.guardFinding) return
    const sound = await this.#checkpoints.take({ ...this.#progress, guard: this.#guard.state })
    if (!sound) this.#guardPause('broken-weights', null)
  }

  /** Everything that came in during the step, and what goes on beside the training. */
  async #betweenSteps(): Promise<void> {
    if (this.#interludes.length > 0) {
      const until = this.parts.clock.now() + BREATH
      do await this.#interludePart()
      while (this.#interludes.length > 0 && this.parts.clock.now() < until)
    }
    await this.#breathe()
    const error = this.#failure()
    if (error && this.#pause?.kind !== 'write-failed' && !this.#stopping) {
      this.#pauseFor({ kind: 'write-failed', error })
    }
  }

  /** What went wrong on the disk. */
  #failure() {
    return this.#checkpoints.failure ?? this.parts.records.failure
  }

  async #interludePart(): Promise<void> {
    if (await this.#interludes[0]()) this.#interludes.shift()
  }

  async #breathe(): Promise<void> {
    const { clock } = this.parts
    if (clock.now() - this.#breathedAt < BREATH) return
    await clock.breathe()
    this.#breathedAt = clock.now()
  }

  /** Waits for whatever ends the pause. */
  async #idle(): Promise<void> {
    if (this.#interludes.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    this.#countedTo = this.parts.clock.now()
  }

  #pauseFor(reason: PauseReason): void {
    this.#pause = reason
    this.parts.observer.paused(reason)
  }

  #guardPause(kind: GuardFinding['kind'], loss: number | null): void {
    const { step, learningRate } = this.#progress
    const finding: GuardFinding = {
      kind,
      step,
      loss: loss !== null && Number.isFinite(loss) ? loss : null,
      reference: this.#guard.state.reference,
      learningRate: learningRate ?? 0,
    }
    this.#pauseFor({ kind: 'guard', finding })
  }

  async #continue(steps: number): Promise<void> {
    if (this.#pause?.kind === 'guard') {
      throw new UnrollError(
        'guard-stopped',
        'The weights are of no more use since the guard stopped the run.',
        'Go back to the last good checkpoint, with a smaller learning rate.',
      )
    }
    this.#stepsAllowed = steps
    if (!this.#pause) return
    if (this.#pause.kind === 'write-failed') await this.parts.records.flush()
    this.#checkpoints.failure = null
    this.#pause = null
    this.parts.observer.running()
    this.#wake()
  }

  #countTime(): void {
    const now = this.parts.clock.now()
    this.#progress.epoch.seconds += (now - this.#countedTo) / 1000
    this.#countedTo = now
  }
}

async function initialize({ engine, programs, plan }: TrainerParts): Promise<void> {
  const random = new RandomInputs(programs.initialization, plan.seed, 'initialization')
  random.draw(0)
  const initialization = await engine.compile(programs.initialization)
  await initialization.run(random.tensors)
  await initialization.dispose()
}

function isDue(every: number | null, step: number): boolean {
  return every !== null && step % every === 0
}
