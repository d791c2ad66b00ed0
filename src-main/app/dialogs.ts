import { dialog, type BrowserWindow, type OpenDialogOptions } from 'electron'
import { UnrollError } from '../../src-core/errors'

type FileKind = 'corpus' | 'architecture' | 'checkpoint'

const openOptions: Readonly<Record<FileKind, OpenDialogOptions>> = {
  corpus: {
    title: 'Add a corpus',
    buttonLabel: 'Add',
    properties: ['openFile', 'multiSelections'],
    filters: [
      { name: 'Texts', extensions: ['txt', 'text', 'md', 'csv', 'html', 'xml', 'json', 'tex'] },
      { name: 'All files', extensions: ['*'] },
    ],
  },
  architecture: {
    title: 'Open an architecture',
    properties: ['openFile'],
    filters: [{ name: 'Architectures', extensions: ['json'] }],
  },
  checkpoint: {
    title: 'Open a checkpoint',
    properties: ['openFile'],
    filters: [{ name: 'Checkpoints', extensions: ['safetensors'] }],
  },
}

/** @returns none where it is cancelled. */
export async function askFiles(window: BrowserWindow, kind: FileKind): Promise<string[]> {
  const { canceled, filePaths } = await dialog.showOpenDialog(window, openOptions[kind])
  return canceled ? [] : filePaths
}

/** @returns null where it is cancelled. */
export async function askWhereToSave(window: BrowserWindow, name: string): Promise<string | null> {
  const extension = /\.([a-z]+)$/i.exec(name)?.[1]
  const filters = extension ? [{ name: extension.toUpperCase(), extensions: [extension] }] : []
  const { canceled, filePath } = await dialog.showSaveDialog(window, { defaultPath: name, filters })
  return canceled || !filePath ? null : filePath
}

const projectOptions: OpenDialogOptions = {
  title: 'Open a project',
  message: 'A folder of a project, or an empty one for a new project',
  buttonLabel: 'Open project',
  properties: ['openDirectory', 'createDirectory'],
}

/** @param window null before there is one. @returns null where it is cancelled. */
export async function askProject(window: BrowserWindow | null): Promise<string | null> {
  const asked = window ? dialog.showOpenDialog(window, projectOptions) : dialog.showOpenDialog(projectOptions)
  const { canceled, filePaths } = await asked
  return canceled || filePaths.length === 0 ? null : filePaths[0]
}

/** A project that cannot be opened at start. @returns what the person wants instead. */
export async function askAboutProject(error: unknown): Promise<'choose' | 'again' | 'quit'> {
  const choices = ['choose', 'again', 'quit'] as const
  const { response } = await dialog.showMessageBox({
    type: 'error',
    title: 'Unroll',
    message: 'The project cannot be opened.',
    detail: wordsOf(error),
    buttons: ['Choose another project…', 'Try again', 'Quit'],
    defaultId: 0,
    cancelId: 2,
    noLink: true,
  })
  return choices[response] ?? 'quit'
}

/**
 * Something is asked for that ends the runs which train.
 * @param instead what that is; only a program that would quit can go on in the background.
 */
export async function askAboutTraining(
  window: BrowserWindow,
  training: number,
  instead: 'project' | 'quit',
): Promise<'stop' | 'background' | 'cancel'> {
  const choices =
    instead === 'quit' ? (['stop', 'background', 'cancel'] as const) : (['stop', 'cancel'] as const)
  const labels = {
    stop: instead === 'quit' ? 'Stop with a checkpoint and quit' : 'Stop with a checkpoint and open',
    background: 'Keep training in the background',
    cancel: 'Cancel',
  }
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    title: 'Unroll',
    message: training === 1 ? 'A run is training.' : `${training} runs are training.`,
    detail: 'Stopping writes a checkpoint, and the run goes on from there on a click.',
    buttons: choices.map((choice) => labels[choice]),
    defaultId: 0,
    cancelId: choices.length - 1,
    noLink: true,
  })
  return choices[response] ?? 'cancel'
}

/** The window's page died more than once in a short time. */
export async function askAboutPage(window: BrowserWindow): Promise<'reload' | 'quit'> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'error',
    title: 'Unroll',
    message: 'The window has stopped working.',
    detail: 'Runs go on training. Load the window again to see them.',
    buttons: ['Load again', 'Quit'],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  })
  return response === 1 ? 'quit' : 'reload'
}

/** Something that the person asked for by the menu and that failed. */
export async function showError(window: BrowserWindow, error: unknown): Promise<void> {
  await dialog.showMessageBox(window, {
    type: 'error',
    title: 'Unroll',
    message: 'This did not work.',
    detail: wordsOf(error),
    buttons: ['OK'],
    noLink: true,
  })
}

/** What went wrong and the way out of it. */
function wordsOf(error: unknown): string {
  if (error instanceof UnrollError) return `${error.message}\n\n${error.wayOut}`
  return error instanceof Error ? error.message : String(error)
}
