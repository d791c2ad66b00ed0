import { parseArchitecture } from '../../src-core/architecture/parse'
import type { Architecture } from '../../src-core/architecture/schema'
import type { ArchitectureEntry } from '../../src-core/contract/architectures'
import type { HostCalls } from '../../src-core/contract/host'
import { UnrollError } from '../../src-core/errors'
import { documentJson } from './document-json'
import type { Notices } from './notices.svelte'
import type { Selection } from './selection.svelte'
import { type ChosenFile, type Shell } from './shell'

interface Needs {
  readonly host: HostCalls['architectures']
  readonly notices: Notices
  readonly selection: Selection
  readonly shell: Shell
}

/** The lesson's architectures and the person's own. */
export class Architectures {
  #list: readonly ArchitectureEntry[] | null = $state.raw(null)

  constructor(private readonly needs: Needs) {}

  /** Null until they are known. */
  get list(): readonly ArchitectureEntry[] | null {
    return this.#list
  }

  entry(id: string | null): ArchitectureEntry | undefined {
    return this.#list?.find((architecture) => architecture.id === id)
  }

  async refresh(): Promise<void> {
    this.take(await this.needs.host.list())
  }

  take(list: readonly ArchitectureEntry[]): void {
    this.#list = list
  }

  /** An empty one, opened. */
  create(): Promise<void> {
    const empty = { format: 'unroll/architecture', version: 1, name: this.#freeName('new network') }
    return this.#try(async () => {
      await this.#keep(
        parseArchitecture({ ...empty, description: '', shapes: [], arrows: [], colors: [], boxes: [] }),
      )
    })
  }

  duplicate(id: string): Promise<void> {
    return this.#try(async () => {
      const document = parseArchitecture(await this.needs.host.read(id))
      await this.#keep({ ...document, name: this.#freeName(`${document.name} copy`) })
    })
  }

  /** One from a file, opened. */
  openFile(file: ChosenFile): Promise<void> {
    return this.#try(async () => {
      const document = parseArchitecture(readJson(await this.needs.shell.readText(file)))
      await this.#keep({ ...document, name: this.#freeName(document.name) })
    })
  }

  saveCopy(document: Architecture): Promise<void> {
    const { shell, notices } = this.needs
    return this.#try(async () => {
      const bytes = new TextEncoder().encode(`${JSON.stringify(document, null, 2)}\n`)
      const place = await shell.saveFile(`${document.name.replace(/[/\\:]/g, '-')}.json`, bytes)
      if (place !== null) notices.info(`A copy was saved: ${place}.`)
    })
  }

  rename(id: string, name: string): Promise<void> {
    const { host } = this.needs
    return this.#try(async () => {
      const document = parseArchitecture(await host.read(id))
      await host.save(id, documentJson({ ...document, name }))
    })
  }

  remove(id: string): Promise<void> {
    const { host, notices, selection } = this.needs
    return this.#try(async () => {
      const name = this.entry(id)?.name ?? 'The architecture'
      await host.remove(id)
      if (selection.architecture === id) selection.architecture = null
      const restore = () => {
        void this.#try(async () => {
          selection.architecture = (await host.restore(id)).id
        })
      }
      notices.info(`${name} was removed.`, { label: 'Undo', run: restore })
    })
  }

  async #keep(document: Architecture): Promise<void> {
    const entry = await this.needs.host.save(null, documentJson(document))
    if (!this.entry(entry.id)) this.#list = [...(this.#list ?? []), entry]
    this.needs.selection.architecture = entry.id
  }

  #freeName(wanted: string): string {
    for (let number = 1; ; number++) {
      const name = number === 1 ? wanted : `${wanted} ${number}`
      if (this.#list?.some((entry) => entry.name === name) !== true) return name
    }
  }

  async #try(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.needs.notices.error(error)
    }
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new UnrollError(
      'not-an-architecture',
      'The file is not JSON.',
      'Choose an architecture that Unroll saved.',
    )
  }
}
