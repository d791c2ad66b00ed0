import { parseArchitecture } from '../../src-core/architecture/parse'
import type { Architecture } from '../../src-core/architecture/schema'
import type { ArchitectureEntry } from '../../src-core/contract/architectures'
import type { HostCalls } from '../../src-core/contract/host'
import { ArchitectureEditor } from '../features/architecture/model/editor.svelte'
import { documentJson } from './document-json'
import type { Notices } from './notices.svelte'

const SAVE_AFTER = 500

/** The architecture that is open: its editor, and its file, which follows every edit. */
export class OpenArchitecture {
  #editor: ArchitectureEditor | null = $state.raw(null)
  #id: string | null = $state(null)
  #error: unknown = $state.raw(null)
  #unsaved: Architecture | null = $state.raw(null)
  #timer: ReturnType<typeof setTimeout> | undefined
  #saving: Promise<void> = Promise.resolve()
  #opening = 0

  constructor(
    private readonly host: HostCalls['architectures'],
    private readonly notices: Notices,
    /** Where saving made another of it: a copy of a lesson's, or one with a new name. */
    private readonly onmoved: (from: string, entry: ArchitectureEntry) => void,
  ) {}

  get editor(): ArchitectureEditor | null {
    return this.#editor
  }

  /** Why it cannot be shown. */
  get error(): unknown {
    return this.#error
  }

  /** Whether edits are still to be written. */
  get isSaving(): boolean {
    return this.#unsaved !== null
  }

  async open(id: string | null): Promise<void> {
    if (id === this.#id) return
    const opening = ++this.#opening
    await this.flush()
    if (opening !== this.#opening) return
    this.#id = id
    this.#error = null
    if (id === null) {
      this.#editor = null
      return
    }
    try {
      const document = parseArchitecture(await this.host.read(id))
      if (opening === this.#opening) this.#show(document)
    } catch (error) {
      if (opening !== this.#opening) return
      this.#editor = null
      this.#error = error
    }
  }

  /** Asks again for what could not be shown. */
  async retry(): Promise<void> {
    const id = this.#id
    this.#id = null
    await this.open(id)
  }

  /** Writes what waits to be written. */
  flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#saving = this.#saving.then(() => this.#save())
    return this.#saving
  }

  #show(document: Architecture): void {
    this.#editor = new ArchitectureEditor(document, {
      onchange: (changed) => {
        this.#unsaved = changed
        clearTimeout(this.#timer)
        this.#timer = setTimeout(() => void this.flush(), SAVE_AFTER)
      },
    })
  }

  async #save(): Promise<void> {
    const [document, id] = [this.#unsaved, this.#id]
    if (document === null) return
    try {
      const entry = await this.host.save(id, documentJson(document))
      if (this.#unsaved === document) this.#unsaved = null
      if (id !== null && this.#id === id && entry.id !== id) {
        this.#id = entry.id
        this.onmoved(id, entry)
      }
    } catch (error) {
      this.notices.error(error, () => void this.flush())
    }
  }
}
