import { shell, type BrowserWindow } from 'electron'
import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import type { HostCalls } from '../../src-core/contract/host'
import { reasonOf, UnrollError } from '../../src-core/errors'
import { replaceFile } from '../store/replace-file'
import { unreadable } from '../store/system-errors'
import { askFiles, askProject, askWhereToSave } from './dialogs'
import { openExternal } from './external-links'
import { givenFile } from './given-files'
import type { ApplicationMenu } from './menu'

/** An architecture is kilobytes; more is some other file. */
const LARGEST_TEXT = 20_000_000

interface Surroundings {
  readonly window: BrowserWindow
  readonly menu: ApplicationMenu
  /** @throws UnrollError where it cannot be opened. */
  readonly openProject: (folder: string) => Promise<void>
}

/** What the page asks of the shell. */
export function shellCalls({ window, menu, openProject }: Surroundings): HostCalls['shell'] {
  return {
    openFiles: async (kind) => Promise.all((await askFiles(window, kind)).map(givenFile)),
    readText,
    saveFile: async ({ name, bytes }) => {
      const path = await askWhereToSave(window, name)
      if (path !== null) await write(path, bytes)
      return path
    },
    openProject: async () => {
      const folder = await askProject(window)
      if (folder !== null) await openProject(folder)
      return folder !== null
    },
    reveal: async (path) => {
      if (!existsSync(path)) {
        throw new UnrollError('file-not-found', `There is no file ${path}.`, 'It was moved or removed.')
      }
      shell.showItemInFolder(path)
    },
    openExternal,
    setMenu: async ({ enabled, checked }) => menu.setCommands(enabled, checked),
  }
}

async function readText(path: string): Promise<string> {
  try {
    const { size } = await stat(path)
    if (size <= LARGEST_TEXT) return await readFile(path, 'utf8')
  } catch (error) {
    throw unreadable(path, error)
  }
  throw new UnrollError(
    'not-an-architecture',
    `${path} is too large for an architecture document.`,
    'Give a document that Unroll saved; add texts as a corpus.',
  )
}

async function write(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await replaceFile(path, bytes)
  } catch (error) {
    throw new UnrollError(
      'file-not-writable',
      `${path} cannot be written: ${reasonOf(error)}.`,
      'Save it in another folder.',
      { cause: error },
    )
  }
}
