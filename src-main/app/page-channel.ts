import { ipcMain, type IpcMainEvent, type WebContents } from 'electron'
import { channels } from '../../src-core/contract/preload-bridge'
import type { Port } from '../../src-core/contract/rpc'
import { sizeOf } from './message-size'
import { pageOrigin } from './page-protocol'

/** A page's end of the contract, as its window's main process has it. */
export interface PageChannel extends Port {
  /** Whether a text field has the focus. */
  onTyping(listener: (typing: boolean) => void): void
  /** Bytes that the page has not taken in yet, by estimate. */
  backlog(): number
}

/**
 * What the page of one window sends, and nothing else: a message counts only from the top frame of that window
 * while it shows Unroll's own page.
 */
export function pageChannel(contents: WebContents): PageChannel {
  const underWay: number[] = []
  let backlog = 0
  let taken = 0
  const stops: (() => void)[] = []
  const listen = (channel: string, listener: (value: unknown) => void) => {
    const checked = (event: IpcMainEvent, value: unknown) => {
      if (isPage(event, contents)) listener(value)
      else
        console.error(`unroll: refused a message on ${channel} from ${event.senderFrame?.url ?? 'nowhere'}`)
    }
    ipcMain.on(channel, checked)
    stops.push(() => ipcMain.removeListener(channel, checked))
  }
  listen(channels.taken, (count) => {
    for (; typeof count === 'number' && taken < count && underWay.length > 0; taken++) {
      backlog -= underWay.shift() ?? 0
    }
  })
  return {
    post: (message) => {
      if (contents.isDestroyed() || contents.isCrashed()) return
      const size = sizeOf(message)
      underWay.push(size)
      backlog += size
      contents.send(channels.message, message)
    },
    onMessage: (listener) => listen(channels.message, listener),
    onTyping: (listener) => listen(channels.typing, (typing) => listener(typing === true)),
    close: () => {
      for (const stop of stops) stop()
    },
    backlog: () => backlog,
  }
}

function isPage(event: IpcMainEvent, contents: WebContents): boolean {
  const frame = event.senderFrame
  if (event.sender !== contents || !frame || frame.parent !== null) return false
  return frame.url === pageOrigin || frame.url.startsWith(`${pageOrigin}/`)
}
