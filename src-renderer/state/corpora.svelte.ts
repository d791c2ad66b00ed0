import type { CatalogueBook, CorpusEntry, CorpusSource, Reading } from '../../src-core/contract/corpora'
import type { HostCalls } from '../../src-core/contract/host'
import { UnrollError } from '../../src-core/errors'
import type { Notices } from './notices.svelte'
import { type ChosenFile, nameOf } from './shell'
import type { Selection } from './selection.svelte'
import type { Tasks } from './tasks.svelte'
import { upload } from './upload'

interface Needs {
  readonly host: HostCalls['corpora']
  readonly tasks: Tasks
  readonly notices: Notices
  readonly selection: Selection
}

/** The corpora of the project. */
export class Corpora {
  #list: readonly CorpusEntry[] | null = $state.raw(null)
  #catalogue: readonly CatalogueBook[] | null = $state.raw(null)

  constructor(private readonly needs: Needs) {}

  /** Null until they are known. */
  get list(): readonly CorpusEntry[] | null {
    return this.#list
  }

  get catalogue(): readonly CatalogueBook[] | null {
    return this.#catalogue
  }

  entry(id: string | null): CorpusEntry | undefined {
    return this.#list?.find((corpus) => corpus.id === id)
  }

  async refresh(): Promise<void> {
    this.take(await this.needs.host.list())
    this.#catalogue ??= await this.needs.host.catalogue()
  }

  take(list: readonly CorpusEntry[]): void {
    this.#list = list
    const { selection } = this.needs
    if (!list.some(({ id }) => id === selection.corpus)) selection.corpus = list[0]?.id ?? null
  }

  /** Adds a book and selects it; what goes wrong is told. */
  addBook({ name, title }: Pick<CatalogueBook, 'name' | 'title'>): Promise<CorpusEntry | null> {
    return this.#add(title, async (task) =>
      this.needs.host.add({ task, source: { kind: 'catalogue', name }, name: title }),
    )
  }

  /** Files or folders, together as one corpus. */
  addFiles(files: readonly ChosenFile[]): Promise<CorpusEntry | null> {
    const label = files.length === 1 ? nameOf(files[0]) : `${files.length} files`
    return this.#add(label, async (task) =>
      this.needs.host.add({ task, source: await this.#source(files, task) }),
    )
  }

  reread(id: string, reading: Reading): Promise<CorpusEntry | null> {
    const label = this.entry(id)?.name ?? 'Corpus'
    return this.#add(label, (task) => this.needs.host.reread(task, id, reading))
  }

  async rename(id: string, name: string): Promise<void> {
    await this.needs.host.rename(id, name).catch((error: unknown) => this.needs.notices.error(error))
  }

  async remove(id: string): Promise<void> {
    const { host, notices, selection } = this.needs
    const name = this.entry(id)?.name ?? 'The corpus'
    try {
      await host.remove(id)
    } catch (error) {
      notices.error(error)
      return
    }
    const restore = () => {
      host.restore(id).then(
        () => (selection.corpus = id),
        (error: unknown) => notices.error(error),
      )
    }
    notices.info(`${name} was removed.`, { label: 'Undo', run: restore })
  }

  async #add(label: string, work: (task: string) => Promise<CorpusEntry>): Promise<CorpusEntry | null> {
    const { tasks, notices, selection } = this.needs
    try {
      const entry = await tasks.run(label, work)
      // The event with the new list may come later than the answer.
      if (!this.entry(entry.id)) this.#list = [...(this.#list ?? []), entry]
      selection.corpus = entry.id
      return entry
    } catch (error) {
      notices.error(error)
      return null
    }
  }

  async #source(files: readonly ChosenFile[], task: string): Promise<CorpusSource> {
    const paths = files.flatMap((file) => (file.kind === 'path' ? [file.path] : []))
    if (paths.length === files.length) return { kind: 'paths', paths }
    const held = files.flatMap((one) => (one.kind === 'file' ? [one.file] : []))
    const total = held.reduce((sum, { size }) => sum + size, 0)
    if (held.length === 0) {
      throw new UnrollError(
        'no-files',
        'There are no files in what was given.',
        'Drop files with text in them.',
      )
    }
    const uploads: string[] = []
    let before = 0
    for (const file of held) {
      const sent = before
      const onprogress = (done: number) =>
        this.needs.tasks.progress({ task, stage: 'sending', done: sent + done, total })
      uploads.push(
        await upload(this.needs.host, file, {
          onprogress,
          cancelled: () => this.needs.tasks.isCancelled(task),
        }),
      )
      before += file.size
    }
    return { kind: 'uploads', uploads }
  }
}
