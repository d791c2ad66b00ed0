import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunEntry, RunState } from '../../../src-core/contract/runs'
import { UnrollError } from '../../../src-core/errors'
import { lockHolder } from '../../store/lock-file'
import { runPaths } from '../../store/run-folder'
import type { Pages } from '../pages'
import type { StartWorker } from '../worker-process'
import { ProjectRun, type StartOptions } from './project-run'
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
  readonly #runs = new Map<string, ProjectRun>()
  readonly #queue = new RunQueue<Turn>()
  #training = new Set<Promise<void>>()
  #closing = false

  constructor(private readonly options: RunListOptions) {}

  /** Reads what is on the disk; what is no run is left out. @param folders of runs; the later before the earlier */
  async load(folders: readonly string[]): Promise<void> {
    this.#runs.clear()
    this.#queue.clear()
    this.#closing = false
    for (const folder of folders) {
      const names = await readdir(folder).catch((): string[] => [])
      for (const id of names.filter((name) => !name.startsWith('.') && name.length <= 200)) {
        const run = await this.#read(id, join(folder, id)).catch(() => null)
        if (run) this.#runs.set(id, run)
      }
    }
  }

  all(): ProjectRun[] {
    return [...this.#runs.values()]
  }

  has(id: string): boolean {
    return this.#runs.has(id)
  }

  /** @throws UnrollError `unknown-run` */
  get(id: string): ProjectRun {
    const run = this.#runs.get(id)
    if (!run) throw this.unknown(id)
    return run
  }

  unknown(id: string): UnrollError {
    return new UnrollError('unknown-run', `There is no run ${id} in this project.`, 'Choose one of the list.')
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
    return this.all()
      .map((run) => this.entry(run))
      .sort((a, b) => (a.created < b.created ? -1 : a.created > b.created ? 1 : 0))
  }

  /** A run that was made or brought back. */
  async add(id: string, folder: string): Promise<RunEntry> {
    const run = await this.#read(id, folder)
    this.#runs.set(id, run)
    this.#tell(run)
    return this.entry(run)
  }

  /** Out of the list. */
  drop(id: string): void {
    this.#queue.remove(id)
    this.#runs.delete(id)
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

  /** @throws UnrollError `run-in-use` where another program trains it */
  async assertFree(run: ProjectRun): Promise<void> {
    const holder = await lockHolder(runPaths(run.folder).lock)
    if (holder === null || run.process) return
    throw new UnrollError(
      'run-in-use',
      `Another program (process ${holder}) trains the run ${run.entry().name}.`,
      'Wait until it is done or stop it there.',
    )
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
    await this.assertFree(run)
    if (run.step >= run.totalSteps) {
      throw new UnrollError(
        'plan-done',
        `The run ${run.entry().name} has done all ${run.step} steps of its plan.`,
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
      ended: { run: run.id, name: run.entry().name, state: run.state },
    })
    this.#pump()
  }

  get #active(): number {
    return this.all().filter((run) => run.process).length + this.#queue.ids.length
  }

  #read(id: string, folder: string): Promise<ProjectRun> {
    const { pages } = this.options
    const listener: RunListener = {
      changed: () => {
        const run = this.#runs.get(id)
        if (run) this.#tell(run)
        // The guard's pause may last for a night: another run may train meanwhile.
        if (run?.state.state === 'guard') this.#pump()
      },
      steps: (steps) => pages.tellWhoKeepsUp((events) => events.runs.steps(steps)),
      epoch: (line) => pages.tell((events) => events.runs.epoch(id, line)),
      sample: (line) => pages.tell((events) => events.runs.sample(id, line)),
      rewound: (step) => pages.tell((events) => events.runs.rewound(id, step)),
    }
    return ProjectRun.open(id, folder, listener)
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
