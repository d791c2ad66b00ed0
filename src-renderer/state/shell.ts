import type { HostCalls } from '../../src-core/contract/host'
import type { GivenFile } from '../../src-core/contract/shell'

export type FileKind = 'corpus' | 'architecture' | 'checkpoint'

/** A file that a person gave: the page holds it, or, in Electron, knows where it lies. */
export type ChosenFile =
  | { readonly kind: 'file'; readonly file: File }
  | { readonly kind: 'path'; readonly path: string; readonly name: string }

/** What the window can do that a page alone cannot, and how a page does it where there is no window. */
export interface Shell {
  /** Whether menus are the system's: keys with a modifier are theirs then. */
  readonly hasMenu: boolean
  /** Asks for files; none where it is called off. */
  openFiles(kind: FileKind): Promise<readonly ChosenFile[]>
  /** What was dropped on the window. */
  dropped(files: readonly File[]): readonly ChosenFile[]
  readText(file: ChosenFile): Promise<string>
  /** @returns where it went, null where it is called off. */
  saveFile(name: string, bytes: Uint8Array): Promise<string | null>
  /** By the system's dialog; null where the shell has none. */
  readonly openProject: (() => Promise<void>) | null
}

const accepted: Readonly<Record<FileKind, string>> = {
  corpus: '.txt,.text,.md,.csv,.tsv,.json,.xml,.html,.tex,text/*',
  architecture: '.json,application/json',
  checkpoint: '.safetensors',
}

/** A browser's page: files come through a file field and leave as downloads. */
export class BrowserShell implements Shell {
  readonly hasMenu = false
  readonly openProject = null

  openFiles(kind: FileKind): Promise<readonly ChosenFile[]> {
    const input = document.createElement('input')
    input.type = 'file'
    input.multiple = kind === 'corpus'
    input.accept = accepted[kind]
    return new Promise((resolve) => {
      input.addEventListener('change', () => resolve(this.dropped([...(input.files ?? [])])))
      input.addEventListener('cancel', () => resolve([]))
      input.click()
    })
  }

  dropped(files: readonly File[]): readonly ChosenFile[] {
    return files.map((file) => ({ kind: 'file', file }))
  }

  readText(chosen: ChosenFile): Promise<string> {
    if (chosen.kind === 'path') throw new Error('a page cannot read paths')
    return chosen.file.text()
  }

  async saveFile(name: string, bytes: Uint8Array): Promise<string> {
    const address = URL.createObjectURL(new Blob([new Uint8Array(bytes)]))
    const link = document.createElement('a')
    link.href = address
    link.download = name
    link.click()
    // The download has its own hold on the bytes once it began.
    setTimeout(() => URL.revokeObjectURL(address), 10_000)
    return name
  }
}

/** Electron's window. */
export class ElectronShell implements Shell {
  readonly hasMenu = true

  constructor(
    private readonly host: HostCalls['shell'],
    private readonly pathOf: (file: File) => string | null,
  ) {}

  readonly openProject = async (): Promise<void> => {
    await this.host.openProject()
  }

  async openFiles(kind: FileKind): Promise<readonly ChosenFile[]> {
    return (await this.host.openFiles(kind)).map(chosenPath)
  }

  dropped(files: readonly File[]): readonly ChosenFile[] {
    return files.map((file) => {
      const path = this.pathOf(file)
      return path === null ? { kind: 'file', file } : { kind: 'path', path, name: file.name }
    })
  }

  readText(chosen: ChosenFile): Promise<string> {
    return chosen.kind === 'path' ? this.host.readText(chosen.path) : chosen.file.text()
  }

  saveFile(name: string, bytes: Uint8Array): Promise<string | null> {
    return this.host.saveFile({ name, bytes: new Uint8Array(bytes) })
  }
}

export function chosenPath({ path, name }: GivenFile): ChosenFile {
  return { kind: 'path', path, name }
}

export function nameOf(chosen: ChosenFile): string {
  return chosen.kind === 'path' ? chosen.name : chosen.file.name
}
