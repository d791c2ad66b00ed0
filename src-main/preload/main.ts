import { contextBridge, ipcRenderer, webUtils } from 'electron'
import { channels, type PreloadBridge } from '../../src-core/contract/preload-bridge'

let early: unknown[] = []
let listener = (message: unknown): void => void early.push(message)
let taken = 0

// The main process hears what has been taken in, so that a page that cannot keep up is spared.
ipcRenderer.on(channels.message, (_event, message: unknown) => {
  taken += 1
  ipcRenderer.send(channels.taken, taken)
  listener(message)
})

const bridge: PreloadBridge = {
  post: (message) => ipcRenderer.send(channels.message, message),
  onMessage: (next) => {
    listener = next
    for (const message of early) next(message)
    early = []
  },
  pathOf: (file) => pathOf(file) || null,
}

/** Electron before 29 has no `webUtils`; there the path stands on the file itself. */
function pathOf(file: object): string {
  // The older version's module lacks what the types of the shipping one promise.
  const utils: typeof webUtils | undefined = webUtils
  if (utils) return file instanceof File ? utils.getPathForFile(file) : ''
  const path: unknown = Reflect.get(file, 'path')
  return typeof path === 'string' ? path : ''
}

contextBridge.exposeInMainWorld('unroll', bridge)
