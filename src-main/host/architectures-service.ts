import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { checkArchitecture } from '../../src-core/architecture/check'
import { parametersByColor } from '../../src-core/architecture/colors'
import { readDiagram } from '../../src-core/architecture/diagram'
import { parseArchitecture } from '../../src-core/architecture/parse'
import type { ArchitectureEntry } from '../../src-core/contract/architectures'
import type { HostCalls } from '../../src-core/contract/host'
import { UnrollError } from '../../src-core/errors'
import { documentSchema } from '../../src-core/training/checkpoint'
import { architectureNames, architecturesFolder, readArchitecture } from '../store/architectures'
import { InTurn } from '../store/in-turn'
import { RemovedThings } from '../store/removed-things'
import { replaceFile } from '../store/replace-file'
import type { ProjectPaths } from '../store/project-folder'
import { freeName, safeName } from '../store/safe-name'
import type { Pages } from './pages'

/** V of the lesson's corpus, padding included. */
const LESSON_VOCABULARY = 86

const SUFFIX = '.json'

type Document = ReturnType<typeof documentSchema.parse>

/** The lesson's architectures and the project's own. */
export class ArchitecturesService {
  #folder = ''
  #removed = new RemovedThings('')
  readonly #turns = new InTurn()

  constructor(private readonly pages: Pages) {}

  readonly calls: HostCalls['architectures'] = {
    list: () => this.#list(),
    read: (id) => this.#read(id),
    save: (id, document) => this.#turns.run('', () => this.#save(id, document)),
    remove: (id) => this.#turns.run('', () => this.#remove(id)),
    restore: (id) => this.#turns.run('', () => this.#restore(id)),
  }

  open({ architectures, removed }: ProjectPaths): void {
    this.#folder = architectures
    this.#removed = new RemovedThings(join(removed, 'architectures'))
  }

  close(): Promise<void> {
    return this.#turns.idle()
  }

  async #list(): Promise<ArchitectureEntry[]> {
    const lessons = (await architectureNames()).map((name) => `lesson/${name}`)
    const files = await readdir(this.#folder).catch((): string[] => [])
    const own = files
      .filter((file) => file.endsWith(SUFFIX) && isName(file.slice(0, -SUFFIX.length)))
      .map((file) => `project/${file.slice(0, -SUFFIX.length)}`)
    const entries = await Promise.all([...lessons, ...own].map((id) => this.#entry(id).catch(() => null)))
    return entries.filter((entry): entry is ArchitectureEntry => entry !== null)
  }

  /** @throws UnrollError those of `readArchitecture` and `parseArchitecture` */
  async #entry(id: string): Promise<ArchitectureEntry> {
    const path = this.#pathOf(id)
    const document = parseArchitecture(await readArchitecture(path))
    const modified = id.startsWith('lesson/') ? null : (await stat(path)).mtimeMs
    const sound = checkArchitecture(document, LESSON_VOCABULARY).length === 0
    const colors = sound ? parametersByColor(readDiagram(document), LESSON_VOCABULARY) : null
    const parameters = colors?.reduce((sum, { count }) => sum + count, 0) ?? null
    return { id, name: document.name, description: document.description, parameters, modified }
  }

  async #read(id: string): Promise<Document> {
    return documentSchema.parse(await readArchitecture(this.#pathOf(id)))
  }

  async #save(id: string | null, document: Document): Promise<ArchitectureEntry> {
    const { name } = parseArchitecture(document)
    const own = id?.startsWith('project/') ? id : await this.#newId(name)
    await replaceFile(this.#pathOf(own), `${JSON.stringify(document, null, 2)}\n`)
    await this.#changed()
    return this.#entry(own)
  }

  async #newId(name: string): Promise<string> {
    const plain = safeName(name.normalize('NFKD').replace(/[^\w. -]+/g, '-'), 'architecture').slice(0, 90)
    const taken = await readdir(this.#folder)
    return `project/${freeName(plain, (each) => taken.includes(each + SUFFIX))}`
  }

  async #remove(id: string): Promise<void> {
    const path = this.#ownPathOf(id)
    await this.#entry(id)
    await this.#removed.put(path)
    await this.#changed()
  }

  async #restore(id: string): Promise<ArchitectureEntry> {
    if (!(await this.#removed.takeBack(this.#ownPathOf(id)))) throw unknown(id)
    await this.#changed()
    return this.#entry(id)
  }

  async #changed(): Promise<void> {
    const list = await this.#list()
    this.pages.tell((events) => events.architectures.changed(list))
  }

  #pathOf(id: string): string {
    const [kind, name] = id.split('/', 2)
    if (!isName(name)) throw unknown(id)
    return join(kind === 'lesson' ? architecturesFolder() : this.#folder, name + SUFFIX)
  }

  #ownPathOf(id: string): string {
    if (id.startsWith('project/')) return this.#pathOf(id)
    throw new UnrollError(
      'lesson-architecture',
      `${id} comes with the program.`,
      'Only architectures of the project can be removed.',
    )
  }
}

function isName(name: string): boolean {
  return /^[\w -][\w. -]{0,99}$/.test(name)
}

function unknown(id: string): UnrollError {
  return new UnrollError(
    'unknown-architecture',
    `There is no architecture ${id}.`,
    'Choose one from the list.',
  )
}
