import { WebSocket, type RawData } from 'ws'
import type { Port } from '../../src-core/contract/rpc'
import { decodeMessage, encodeMessage } from '../../src-core/contract/wire'
import type { Refusal } from './refusals'

/** The most that may wait to be sent, in bytes, before a page counts as stuck. */
const MOST_WAITING = 256 << 20

/** How often a page is asked whether it is still there, in ms. */
const HEARTBEAT = 20_000

// Codes of RFC 6455.
const NO_TEXT = 1003
const NO_MESSAGE = 1007
const TRY_AGAIN = 1011

export interface SocketPort extends Port {
  /** Bytes that are not sent yet. */
  backlog(): number
}

/** A page's connection. What is no message closes it, and so does a page that has stopped to listen. */
export function socketPort(socket: WebSocket, refuse: (refusal: Refusal) => void): SocketPort {
  keepAlive(socket, refuse)
  const close = (code: number, refusal: Refusal) => {
    refuse(refusal)
    socket.close(code)
  }
  return {
    post: (message) => {
      if (socket.readyState !== WebSocket.OPEN) return
      try {
        socket.send(encodeMessage(message))
      } catch {
        close(TRY_AGAIN, 'bad-message')
        return
      }
      if (socket.bufferedAmount <= MOST_WAITING) return
      refuse('page-stuck')
      socket.terminate()
    },
    onMessage: (listener) => {
      socket.on('message', (data, isBinary) => {
        if (socket.readyState !== WebSocket.OPEN) return
        if (!isBinary) {
          close(NO_TEXT, 'bad-message')
          return
        }
        const message = messageIn(data)
        if (message === null) close(NO_MESSAGE, 'bad-message')
        else listener(message.value)
      })
    },
    close: () => socket.close(),
    backlog: () => socket.bufferedAmount,
  }
}

function messageIn(data: RawData): { value: unknown } | null {
  try {
    return { value: decodeMessage(bytesOf(data)) }
  } catch {
    return null
  }
}

function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data)
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data
}

/** A page whose computer sleeps or has lost its network never says goodbye. */
function keepAlive(socket: WebSocket, refuse: (refusal: Refusal) => void): void {
  let answered = true
  const timer = setInterval(() => {
    if (!answered) {
      refuse('page-stuck')
      socket.terminate()
      return
    }
    answered = false
    socket.ping()
  }, HEARTBEAT)
  socket.on('pong', () => (answered = true))
  socket.on('close', () => clearInterval(timer))
  // A broken connection and an oversized frame end in `close` too; unheard, an error would end the program.
  socket.on('error', () => undefined)
}
