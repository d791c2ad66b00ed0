import { contextBridge, ipcRenderer, webUtils } from 'electron'
import { channels, type PreloadBridge } from '../../src-core/contract/preload-bridge'

/** Inputs in which no text is edited. */
const buttons = new Set(['button', 'checkbox', 'color', 'file', 'radio', 'range', 'reset', 'submit'])

let early: unknown[] = []
let listener = (message: unknown): void => void early.push(message)
let taken = 0

// The main process hears what has been taken in, so that a page that cannot keep up is spared.
ipcRenderer.on(channels.message, (_event, message: unknown) => {
  taken += 1
  ipcRenderer.send(channels.taken, taken)
  listener(message)
})

// A window that loses the focus keeps its field: which one has it shows only after the event.
const tellTyping = () => setTimeout(() => ipcRenderer.send(channels.typing, isTyping()), 0)
for (const event of ['focusin', 'focusout']) addEventListener(event, tellTyping)

const bridge: PreloadBridge = {
  post: (message) => ipcRenderer.send(channels.message, message),
  onMessage: (next) => {
    listener = next
    for (const message of early) next(message)
    early = []
  },
  pathOf: (file) => pathOf(file) || null,
}

function isTyping(): boolean {
  const element = document.activeElement
  if (element instanceof HTMLInputElement) return !buttons.has(element.type)
  return (
    element instanceof HTMLTextAreaElement || (element instanceof HTMLElement && element.isContentEditable)
  )
}

/** Electron before 29 has no `webUtils`; there the path stands on the file itself. */
function pathOf(file: object): string {
  // The older version's module lacks what the types of the shipping one promise.
  const utils: typeof webUtils | undefined = webUtils
  // eslint-disable-next-line n/no-unsupported-features/node-builtins -- the page's File, not Node's.
  if (utils) return file instanceof File ? utils.getPathForFile(file) : ''
  const path: unknown = Reflect.get(file, 'path')
  return typeof path === 'string' ? path : ''
}

contextBridge.exposeInMainWorld('unroll', bridge)
