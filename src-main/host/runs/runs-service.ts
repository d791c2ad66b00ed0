import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArchitecture } from '../../../src-core/architecture/parse'
import type { HostCalls } from '../../../src-core/contract/host'
import type { RunEntry } from '../../../src-core/contract/runs'
import { UnrollError } from '../../../src-core/errors'
import { decodeCheckpoint } from '../../../src-core/training/checkpoint'
import { listCheckpoints, readCheckpoint } from '../../store/checkpoint-files'
import type { ProjectPaths } from '../../store/project-folder'
import { RemovedThings } from '../../store/removed-things'
import { runPaths } from '../../store/run-folder'
import { readSamples } from '../../store/run-metrics'
import { freeName, safeName } from '../../store/safe-name'
import { unreadable } from '../../store/system-errors'
import type { AllowedPaths } from '../allowed-paths'
import type { CorporaService } from '../corpora-service'
import { encodeExport } from '../export-checkpoint'
import { newRun, settlePlan, type NewRunRequest } from '../new-run'
import type { Pages } from '../pages'
import { openRunCorpus } from '../run-corpus'
import type { TasksService } from '../tasks-service'
import type { TrainingProcess } from '../training-process'
import type { StartWorker } from '../worker-process'
import { checkDecoded } from './check-decoded'
import { hasCheckpoint, importCheckpoint } from './imported-checkpoint'
import type { ProjectRun } from './project-run'
import { checkpointsOf, extendRun, metricsOf, resetRun } from './run-files'
import { RunList, type HostActivity } from './run-list'

interface RunsOptions {
  readonly pages: Pages
  readonly tasks: TasksService
  readonly corpora: CorporaService
  readonly allowed: AllowedPaths
  readonly startWorker: StartWorker
  readonly onActivity: (activity: HostActivity) => void
}

/** The runs of the project. */
export class RunsService {
  readonly #runs: RunList
  #folder = ''
  #removed = new RemovedThings('')

  constructor(private readonly options: RunsOptions) {
    this.#runs = new RunList(options)
  }

  readonly calls: HostCalls['runs'] = {
    list: () => this.#runs.entries(),
    detail: async (id) => {
      const { architecture, plan, corpus } = this.#runs.get(id).record
      const corpusId = await this.options.corpora.idOf(corpus.indexSha256)
      return { id, architecture, plan, corpus, corpusId }
    },
    create: (request) => this.#create(request),
    settle: async (document, changes) => settlePlan(parseArchitecture(document), [changes]),
    resume: (id) => this.#runs.resume(id),
    extend: async (id, { epochs }) => {
      const run = this.#runs.get(id)
      const wasBusy = run.process !== null || this.#runs.isQueued(id)
      await this.#runs.stop(id)
      await extendRun(run.folder, epochs)
      await run.reload()
      if (wasBusy) await this.#runs.resume(id)
    },
    pause: async (id) => this.#trained(id).pause(),
    step: (id) => this.#runs.step(id),
    stop: (id) => this.#runs.stop(id),
    setLearningRate: async (id, learningRate) => {
      const run = this.#runs.get(id)
      if (run.process && run.state.state !== 'starting') await run.process.setLearningRate(learningRate)
      else run.keepRate(learningRate)
    },
    goBack: (id, learningRate) => this.#goBack(id, learningRate),
    reset: async (id) => {
      const run = this.#runs.get(id)
      await this.#runs.stop(id)
      await resetRun(run.folder)
      await run.reload()
      this.options.pages.tell((events) => events.runs.rewound(id, 0))
    },
    duplicate: (id, request) => this.#duplicate(id, request),
    rename: (id, name) => this.#runs.get(id).rename(name),
    remove: async (id) => {
      const run = this.#runs.get(id)
      if (run.process) throw trains(run.entry().name)
      await this.#runs.assertFree(run)
      await this.#removed.put(run.folder)
      this.#runs.drop(id)
      this.options.pages.tell((events) => events.runs.removed(id))
    },
    restore: async (id) => {
      const folder = join(this.#folder, id)
      if (this.#runs.has(id) || !(await this.#removed.takeBack(folder))) throw this.#runs.unknown(id)
      return this.#runs.add(id, folder)
    },
    metrics: async (id, from) => {
      const run = this.#runs.get(id)
      return metricsOf(run.folder, from, run.recentSteps)
    },
    samples: async (id) => readSamples(runPaths(this.folder(id)).samples),
    checkpoints: async (id) => checkpointsOf(this.folder(id)),
    export: async (id, step, format) => {
      const run = this.#runs.get(id)
      const found = await listCheckpoints(runPaths(run.folder).checkpoints)
      const checkpoint = found.find((each) => step === null || each.step === step)
      if (!checkpoint) throw noCheckpoint(run.entry().name, step)
      const extension = format === 'checkpoint' ? 'safetensors' : format
      return {
        name: `${safeName(run.entry().name, 'run')}-step-${checkpoint.step}.${extension}`,
        bytes:
          format === 'checkpoint'
            ? new Uint8Array(await readFile(checkpoint.path))
            : new Uint8Array(encodeExport(await readCheckpoint(checkpoint.path), format)),
      }
    },
    openCheckpoint: async (source) => {
      if (source.kind === 'upload') {
        const { uploads } = this.options.corpora
        const opened = await this.#openCheckpoint(await uploads.pathOf(source.upload))
        await uploads.remove(source.upload)
        return opened
      }
      this.options.allowed.check(source.path)
      return this.#openCheckpoint(source.path)
    },
  }

  /** @throws UnrollError `unknown-run` */
  folder(id: string): string {
    return this.#runs.get(id).folder
  }

  /** The process that trains a run; null where none does. */
  live(id: string): TrainingProcess | null {
    return this.#runs.get(id).process
  }

  async open({ folder, runs, removed }: ProjectPaths): Promise<void> {
    this.#folder = runs
    this.#removed = new RemovedThings(join(removed, 'runs'))
    // Runs of the command line may lie in the folder itself.
    await this.#runs.load([folder, runs])
  }

  /** Stops every run with a checkpoint. */
  close(): Promise<void> {
    return this.#runs.close()
  }

  killAll(): void {
    this.#runs.killAll()
  }

  async #create({
    task,
    architecture,
    corpus,
    plan,
    name,
  }: Parameters<HostCalls['runs']['create']>[0]): Promise<RunEntry> {
    const { corpora } = this.options
    const entry = await this.options.tasks.run(task, async (watched) => {
      const { paths, reading, found } = await corpora.record(corpus)
      const plans = [{ tokens: reading.tokens }, plan]
      // Texts that are read as bytes cannot be misread.
      if (settlePlan(parseArchitecture(architecture), plans).tokens !== 'bytes') checkDecoded(found.files)
      const encoded = await corpora.encoded(corpus, watched)
      const { fallback } = reading
      return this.#make({ architecture, files: paths, fallback, encoded, plans, name, ...watched })
    })
    await this.#runs.resume(entry.id)
    return this.#runs.entry(this.#runs.get(entry.id))
  }

  async #duplicate(
    id: string,
    { task, plan, architecture, name }: Parameters<HostCalls['runs']['duplicate']>[1],
  ): Promise<RunEntry> {
    const { record } = this.#runs.get(id)
    return this.options.tasks.run(task, async (watched) => {
      const { files, fallback } = record.corpus
      // The corpus as it was then, also where its files are gone by now.
      const encoded = await openRunCorpus(record.corpus, record.encodedCorpus).catch(() => undefined)
      return this.#make({
        architecture: architecture ?? record.architecture,
        files: files.map(({ path }) => path),
        fallback,
        encoded,
        plans: [record.plan, plan],
        name,
        ...watched,
      })
    })
  }

  /** Makes a run in a folder that is named after it. */
  async #make(request: Omit<NewRunRequest, 'folder'>): Promise<RunEntry> {
    const { name } = parseArchitecture(request.architecture)
    const id = await this.#freeId(request.name ?? name)
    await newRun({ ...request, folder: join(this.#folder, id) })
    return this.#runs.add(id, join(this.#folder, id))
  }

  async #freeId(name: string): Promise<string> {
    const taken = await readdir(this.#folder)
    return freeName(safeName(name, 'run'), (each) => taken.includes(each) || this.#runs.has(each))
  }

  async #goBack(id: string, learningRate: number): Promise<void> {
    const run = this.#runs.get(id)
    if (run.process) return run.process.goBack(learningRate)
    if (run.state.state === 'guard') return this.#runs.resume(id, { learningRate })
    throw new UnrollError(
      'nothing-to-undo',
      'The run can only be taken back after its guard stopped it.',
      'Set another learning rate, or reset the run.',
    )
  }

  async #openCheckpoint(path: string): Promise<{ run: RunEntry; step: number }> {
    const bytes = await readFile(path).catch((error: unknown) => {
      throw unreadable(path, error)
    })
    const { architecture, standing } = decodeCheckpoint(bytes)
    for (const run of this.#runs.all()) {
      if (await hasCheckpoint(run.folder, bytes)) return { run: this.#runs.entry(run), step: standing.step }
    }
    const id = await this.#freeId(parseArchitecture(architecture).name)
    await importCheckpoint(join(this.#folder, id), bytes)
    return { run: await this.#runs.add(id, join(this.#folder, id)), step: standing.step }
  }

  #trained(id: string): TrainingProcess {
    const run: ProjectRun = this.#runs.get(id)
    if (run.process) return run.process
    throw new UnrollError(
      'not-training',
      `The run ${run.entry().name} does not train now.`,
      'Resume it first.',
    )
  }
}

function trains(name: string): UnrollError {
  return new UnrollError('run-trains', `The run ${name} has its training process.`, 'Stop it first.')
}

function noCheckpoint(name: string, step: number | null): UnrollError {
  return new UnrollError(
    'no-checkpoint',
    step === null ? `The run ${name} has no checkpoint yet.` : `The run ${name} has none of step ${step}.`,
    'Choose one of its checkpoints; the first is written when training begins.',
  )
}
