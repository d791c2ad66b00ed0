import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { CorpusEntry, CorpusSource, Reading } from '../../src-core/contract/corpora'
import type { HostCalls } from '../../src-core/contract/host'
import { Vocabulary } from '../../src-core/corpus/vocabulary'
import { UnrollError } from '../../src-core/errors'
import { encodeCorpus, openCorpus, type StoredCorpus } from '../store/corpora'
import { bytesToFetch, catalogue, locateEntry } from '../store/corpora-catalogue'
import type { Watched } from '../store/corpora-files'
import { CorpusRecords, foundIn, type CorpusRecord } from '../store/corpus-records'
import { sliceOf } from '../store/corpus-slice'
import { InTurn } from '../store/in-turn'
import type { ProjectPaths } from '../store/project-folder'
import { RemovedThings } from '../store/removed-things'
import { Uploads } from '../store/uploads'
import type { AllowedPaths } from './allowed-paths'
import { corpusEntry } from './corpus-entry'
import { locateSource } from './corpus-sources'
import type { Pages } from './pages'
import type { TasksService } from './tasks-service'

/** The corpora of the project. */
export class CorporaService {
  #records = new CorpusRecords('', '')
  #removed = new RemovedThings('')
  #uploads = new Uploads('')
  #texts = ''
  readonly #turns = new InTurn()

  constructor(
    private readonly pages: Pages,
    private readonly tasks: TasksService,
    private readonly allowed: AllowedPaths,
  ) {}

  readonly calls: HostCalls['corpora'] = {
    list: () => this.#list(),
    catalogue: () =>
      Promise.all(
        catalogue().map(async (entry) => {
          const { name, title, author, year = null } = entry
          return { name, title, author, year, download: await bytesToFetch(entry) }
        }),
      ),
    add: ({ task, source, name, reading }) =>
      this.tasks.run(task, (watched) => this.#add(source, { name, reading }, watched)),
    reread: (task, id, reading) => this.tasks.run(task, (watched) => this.#reread(id, reading, watched)),
    rename: (id, name) => this.#change(id, (record) => ({ ...record, name })),
    remove: (id) =>
      this.#turns.run(id, async () => {
        await this.#recordOf(id)
        await this.#removed.put(this.#records.pathOf(id))
        await this.#changed()
      }),
    restore: (id) =>
      this.#turns.run(id, async () => {
        if (!isId(id) || !(await this.#removed.takeBack(this.#records.pathOf(id)))) throw unknown(id)
        await this.#changed()
        return corpusEntry(id, await this.#recordOf(id))
      }),
    slice: async (id, from, count) => sliceOf(await this.encoded(id), from, count),
    vocabulary: async (id) => {
      const { document } = await this.encoded(id)
      const vocabulary = new Vocabulary(document.vocabulary)
      const tokens = Array.from({ length: vocabulary.size - 1 }, (_, at) => vocabulary.label(at + 1))
      return { tokens, counts: document.vocabulary.counts }
    },
    upload: (part) => this.#uploads.add(part),
  }

  async open({ folder, corpora, texts, uploads, removed }: ProjectPaths): Promise<void> {
    this.#records = new CorpusRecords(corpora, folder)
    this.#removed = new RemovedThings(join(removed, 'corpora'))
    this.#uploads = new Uploads(uploads)
    this.#texts = texts
    await this.#uploads.clear()
  }

  close(): Promise<void> {
    return this.#turns.idle()
  }

  get uploads(): Uploads {
    return this.#uploads
  }

  /** What is known of a corpus. @throws UnrollError `unknown-corpus` */
  record(id: string): Promise<CorpusRecord> {
    return this.#recordOf(id)
  }

  /** The corpus of the project that has these tokens; null where none has. */
  async idOf(indexSha256: string): Promise<string | null> {
    for (const [id, { found }] of await this.#records.all()) {
      if (found.indexSha256 === indexSha256) return id
    }
    return null
  }

  /**
   * The encoded corpus, made again where the cache was emptied.
   * @throws UnrollError `unknown-corpus`, and those of `encodeCorpus`
   */
  async encoded(id: string, watched: Watched = {}): Promise<StoredCorpus> {
    const record = await this.#recordOf(id)
    const kept = await openCorpus(record.encoded).catch(() => null)
    return kept ?? (await this.#read(record.paths, record.reading, watched))
  }

  async #list(): Promise<CorpusEntry[]> {
    const records = [...(await this.#records.all())]
    return Promise.all(records.map(([id, record]) => corpusEntry(id, record)))
  }

  async #add(
    source: CorpusSource,
    { name, reading }: { name?: string; reading?: Reading },
    watched: Watched,
  ): Promise<CorpusEntry> {
    // In the order of their coming.
    const id = `${Date.now().toString(36)}-${randomUUID().slice(0, 8)}`
    const own = join(this.#texts, id)
    try {
      const located = await locateSource(
        source,
        { own, uploads: this.#uploads, allowed: this.allowed },
        watched,
      )
      const settled = reading ?? { tokens: 'chars', fallback: located.fallback }
      const corpus = await this.#read(located.paths, settled, watched)
      if (watched.signal?.aborted) throw new Error('cancelled')
      const record: CorpusRecord = {
        format: 'unroll/project-corpus',
        version: 1,
        name: (name ?? located.name).slice(0, 200),
        paths: located.paths,
        catalogue: located.catalogue,
        reading: settled,
        found: foundIn(corpus.document),
        encoded: corpus.folder,
      }
      await this.#records.write(id, record)
      await this.#changed()
      return await corpusEntry(id, record)
    } catch (error) {
      await rm(own, { recursive: true, force: true })
      throw error
    }
  }

  async #reread(id: string, reading: Reading, watched: Watched): Promise<CorpusEntry> {
    const { paths, catalogue: book } = await this.#recordOf(id)
    // A book that was fetched may have to be fetched again.
    const located = book === null ? paths : (await locateEntry(book, watched)).paths
    const { folder, document } = await this.#read(located, reading, watched)
    return this.#change(id, (record) => ({
      ...record,
      reading,
      paths: located,
      found: foundIn(document),
      encoded: folder,
    }))
  }

  #read(paths: readonly string[], reading: Reading, watched: Watched): Promise<StoredCorpus> {
    return encodeCorpus(paths, { ...reading, ...watched })
  }

  #change(id: string, change: (record: CorpusRecord) => CorpusRecord): Promise<CorpusEntry> {
    return this.#turns.run(id, async () => {
      const record = change(await this.#recordOf(id))
      await this.#records.write(id, record)
      await this.#changed()
      return corpusEntry(id, record)
    })
  }

  async #recordOf(id: string): Promise<CorpusRecord> {
    const record = isId(id) ? await this.#records.read(id) : null
    if (!record) throw unknown(id)
    return record
  }

  async #changed(): Promise<void> {
    const list = await this.#list()
    this.pages.tell((events) => events.corpora.changed(list))
  }
}

function isId(id: string): boolean {
  return /^[\w-]{1,100}$/.test(id)
}

function unknown(id: string): UnrollError {
  return new UnrollError(
    'unknown-corpus',
    `There is no corpus ${id} in this project.`,
    'Choose one from the list.',
  )
}
