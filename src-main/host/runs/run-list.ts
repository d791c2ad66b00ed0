import type { RunEntry, RunState } from '../../../src-core/contract/runs'
import { UnrollError } from '../../../src-core/errors'
import { lockHolder } from '../../store/lock-file'
import { runPaths } from '../../store/run-folder'
import type { Pages } from '../pages'
import type { StartWorker } from '../worker-process'
import { FoundRuns } from './found-runs'
import type { ProjectRun, StartOptions } from './project-run'
import { RunQueue } from './run-queue'
import type { RunListener } from './run-standing'

/** What goes on in the host, for shells that keep the machine awake and tell of ends. */
export interface HostActivity {
  /** Runs that train or wait for their turn. */
  readonly training: number
  /** The run that has just ended, if that is the news. */
  readonly ended: { readonly run: string; readonly name: string; readonly state: RunState } | null
}

interface RunListOptions {
  readonly pages: Pages
  readonly startWorker: StartWorker
  readonly onActivity: (activity: HostActivity) => void
}

/** A run's start, and whether it is to be one step only. */
interface Turn {
  readonly options: StartOptions
  readonly oneStep: boolean
}

/** All runs of a project, and whose turn it is: one trains at a time. */
export class RunList {
  readonly #runs = new FoundRuns((id) => this.#listenerTo(id))
  readonly #queue = new RunQueue<Turn>()
  #training = new Set<Promise<void>>()
  #closing = false

  constructor(private readonly options: RunListOptions) {}

  /** Reads what is on the disk. @param folders of runs; the later before the earlier */
  async load(folders: readonly string[]): Promise<void> {
    this.#queue.clear()
    this.#closing = false
    await this.#runs.load(folders)
  }

  /** Those that can be read. */
  all(): ProjectRun[] {
    return this.#runs.sound
  }

  has(id: string): boolean {
    return this.#runs.has(id)
  }

  /** @throws UnrollError `unknown-run`, or why the run cannot be read */
  get(id: string): ProjectRun {
    return this.#runs.get(id)
  }

  entry(run: ProjectRun): RunEntry {
    const place = this.#queue.placeOf(run.id)
    return place === null ? run.entry() : { ...run.entry(), state: { state: 'queued', place } }
  }

  /** The oldest first. */
  async entries(): Promise<RunEntry[]> {
    for (const run of this.all()) {
      // One that another program trains says so on the disk alone.
      if (!run.process && ['running', 'paused'].includes(run.state.state))
        await run.reload().catch(() => null)
    }
    for (const id of await this.#runs.readDamagedAgain()) this.#tellOf(id)
    return [
      ...this.all().map((run) => this.entry(run)),
      ...this.#runs.damaged.map(({ entry }) => entry),
    ].sort((a, b) => (a.created < b.created ? -1 : a.created > b.created ? 1 : 0))
  }

  /** A run that was made or brought back. @throws UnrollError `unknown-run` where there is nothing of one */
  async add(id: string, folder: string): Promise<RunEntry> {
    await this.#runs.read(id, folder)
    return this.#tellOf(id)
  }

  /**
   * The folder of a run that may be taken away.
   * @throws UnrollError `unknown-run`, `run-trains`, `run-in-use`
   */
  async removable(id: string): Promise<string> {
    const damaged = this.#runs.damagedOne(id)
    if (damaged) {
      await assertFree(damaged.folder, damaged.entry.name)
      return damaged.folder
    }
    const run = this.get(id)
    if (run.process) throw trains(run.name)
    await assertFree(run.folder, run.name)
    return run.folder
  }

  /** Out of the list. */
  drop(id: string): void {
    this.#queue.remove(id)
    this.#runs.drop(id)
    this.#tellQueue()
  }

  isQueued(id: string): boolean {
    return this.#queue.placeOf(id) !== null
  }

  /** Goes on at once where it is paused, else when its turn comes. @throws UnrollError `plan-done`, `run-in-use` */
  async resume(id: string, options: StartOptions = {}): Promise<void> {
    const run = this.get(id)
    if (run.process) return run.process.resume()
    await this.#enqueue(run, { options, oneStep: false })
  }

  /** One step and then a pause. */
  async step(id: string): Promise<void> {
    const run = this.get(id)
    if (run.process) return run.process.stepOnce()
    await this.#enqueue(run, { options: { paused: true }, oneStep: true })
  }

  /** Resolves once the run's process is gone. */
  async stop(id: string): Promise<void> {
    const run = this.get(id)
    if (this.#queue.remove(id)) {
      this.#tell(run)
      this.#tellQueue()
    }
    await run.stop()
  }

  async close(): Promise<void> {
    this.#closing = true
    this.#queue.clear()
    await Promise.allSettled(this.all().map((run) => run.stop()))
    await Promise.allSettled(this.#training)
  }

  killAll(): void {
    this.#closing = true
    this.#queue.clear()
    for (const run of this.all()) run.process?.kill()
  }

  async #enqueue(run: ProjectRun, turn: Turn): Promise<void> {
    if (!run.process) await assertFree(run.folder, run.name)
    if (run.step >= run.totalSteps) {
      throw new UnrollError(
        'plan-done',
        `The run ${run.name} has done all ${run.step} steps of its plan.`,
        'Extend it by some epochs.',
      )
    }
    this.#queue.add(run.id, turn)
    this.#tellQueue()
    this.#pump()
  }

  /** Starts the next run where none trains. */
  #pump(): void {
    if (this.#closing || this.all().some((run) => run.isBusy)) return
    const next = this.#queue.next()
    if (!next) return
    const run = this.get(next.id)
    const training = this.#train(run, next.options)
    this.#training.add(training)
    void training.then(() => this.#training.delete(training))
    this.#tellQueue()
  }

  async #train(run: ProjectRun, { options, oneStep }: Turn): Promise<void> {
    await run.train(options, this.options.startWorker, oneStep)
    this.options.onActivity({
      training: this.#active,
      ended: { run: run.id, name: run.name, state: run.state },
    })
    this.#pump()
  }

  get #active(): number {
    return this.all().filter((run) => run.process).length + this.#queue.ids.length
  }

  #listenerTo(id: string): RunListener {
    const { pages } = this.options
    return {
      changed: () => {
        const run = this.all().find((each) => each.id === id)
        if (run) this.#tell(run)
        // The guard's pause may last for a night: another run may train meanwhile.
        if (run?.state.state === 'guard') this.#pump()
      },
      steps: (steps) => pages.tellWhoKeepsUp((events) => events.runs.steps(steps)),
      epoch: (line) => pages.tell((events) => events.runs.epoch(id, line)),
      sample: (line) => pages.tell((events) => events.runs.sample(id, line)),
      rewound: (step) => pages.tell((events) => events.runs.rewound(id, step)),
    }
  }

  /** Also of one that is damaged. */
  #tellOf(id: string): RunEntry {
    const entry = this.#runs.damagedOne(id)?.entry ?? this.entry(this.get(id))
    this.options.pages.tell((events) => events.runs.changed(entry))
    return entry
  }

  #tell(run: ProjectRun): void {
    const entry = this.entry(run)
    this.options.pages.tell((events) => events.runs.changed(entry))
    this.options.onActivity({ training: this.#active, ended: null })
  }

  /** Places change with every run that comes and goes. */
  #tellQueue(): void {
    for (const id of this.#queue.ids) this.#tell(this.get(id))
  }
}

async function assertFree(folder: string, name: string): Promise<void> {
  const holder = await lockHolder(runPaths(folder).lock)
  if (holder === null) return
  throw new UnrollError(
    'run-in-use',
    `Another program (process ${holder}) trains the run ${name}.`,
    'Wait until it is done or stop it there.',
  )
}

function trains(name: string): UnrollError {
  return new UnrollError('run-trains', `The run ${name} has its training process.`, 'Stop it first.')
}
