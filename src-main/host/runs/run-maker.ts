import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArchitecture } from '../../../src-core/architecture/parse'
import type { HostCalls } from '../../../src-core/contract/host'
import type { RunEntry } from '../../../src-core/contract/runs'
import { decodeCheckpoint } from '../../../src-core/training/checkpoint'
import { InTurn } from '../../store/in-turn'
import { freeName, safeName } from '../../store/safe-name'
import { unreadable } from '../../store/system-errors'
import type { CorporaService } from '../corpora-service'
import { newRun, settlePlan, type NewRunRequest } from '../new-run'
import { openRunCorpus } from '../run-corpus'
import type { TasksService } from '../tasks-service'
import { checkDecoded } from './check-decoded'
import { formsOf, hasCheckpoint, importCheckpoint } from './imported-checkpoint'
import type { RunList } from './run-list'

interface RunMakerOptions {
  readonly tasks: TasksService
  readonly corpora: CorporaService
  readonly runs: RunList
  /** Where they are made. */
  readonly folder: () => string
}

/** Makes runs: of an architecture and a corpus, of another run, of a checkpoint. */
export class RunMaker {
  readonly #opening = new InTurn()

  constructor(private readonly options: RunMakerOptions) {}

  /** Not started yet. */
  create({
    task,
    architecture,
    corpus,
    plan,
    name,
  }: Parameters<HostCalls['runs']['create']>[0]): Promise<RunEntry> {
    const { corpora, tasks } = this.options
    return tasks.run(task, async (watched) => {
      const { paths, reading, found } = await corpora.record(corpus)
      const plans = [{ tokens: reading.tokens }, plan]
      // Texts that are read as bytes cannot be misread.
      if (settlePlan(parseArchitecture(architecture), plans).tokens !== 'bytes') checkDecoded(found.files)
      const encoded = await corpora.encoded(corpus, watched)
      const { fallback } = reading
      return this.#make({ architecture, files: paths, fallback, encoded, plans, name, ...watched })
    })
  }

  duplicate(
    id: string,
    { task, plan, architecture, name }: Parameters<HostCalls['runs']['duplicate']>[1],
  ): Promise<RunEntry> {
    const { record } = this.options.runs.get(id)
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

  /**
   * The run that a checkpoint's file is of, or a new one that begins with it.
   * @throws UnrollError `file-not-found`, `file-not-readable`, and those of `decodeCheckpoint`
   */
  openCheckpoint(path: string): Promise<{ run: RunEntry; step: number }> {
    // One after another, for the same file may be given twice.
    return this.#opening.run('checkpoint', () => this.#open(path))
  }

  async #open(path: string): Promise<{ run: RunEntry; step: number }> {
    const { runs } = this.options
    const bytes = await readFile(path).catch((error: unknown) => {
      throw unreadable(path, error)
    })
    const { architecture, standing } = decodeCheckpoint(bytes)
    const forms = formsOf(bytes)
    for (const run of runs.all()) {
      if (await hasCheckpoint(run.folder, forms)) return { run: runs.entry(run), step: standing.step }
    }
    const id = await this.#freeId(parseArchitecture(architecture).name)
    const folder = join(this.options.folder(), id)
    await importCheckpoint(folder, bytes)
    return { run: await runs.add(id, folder), step: standing.step }
  }

  /** In a folder that is named after it. */
  async #make(request: Omit<NewRunRequest, 'folder'>): Promise<RunEntry> {
    const { name } = parseArchitecture(request.architecture)
    const id = await this.#freeId(request.name ?? name)
    const folder = join(this.options.folder(), id)
    await newRun({ ...request, folder })
    return this.options.runs.add(id, folder)
  }

  async #freeId(name: string): Promise<string> {
    const taken = await readdir(this.options.folder())
    return freeName(safeName(name, 'run'), (each) => taken.includes(each) || this.options.runs.has(each))
  }
}
