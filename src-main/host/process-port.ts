import type { ChildProcess } from 'node:child_process'

/** One end of a channel between two processes; values are cloned on the way, typed arrays included. */
export interface ProcessPort {
  /** What cannot be delivered any more is dropped: the other process is gone, and its end is told otherwise. */
  post(message: object): void
  onMessage(listener: (message: unknown) => void): void
  /** Closes the channel once all that was posted is on its way. */
  close(): void
}

/** The channel to a child that was forked with `serialization: 'advanced'`, or from such a child to its parent. */
export function processPort(process: ChildProcess | NodeJS.Process): ProcessPort {
  let underWay = 0
  let closing = false
  const disconnect = () => {
    if (process.connected) process.disconnect()
  }
  return {
    post: (message) => {
      if (!process.connected) return
      underWay++
      process.send?.(message, undefined, undefined, () => {
        underWay--
        if (closing && underWay === 0) disconnect()
      })
    },
    onMessage: (listener) => void process.on('message', listener),
    close: () => {
      closing = true
      if (underWay === 0) disconnect()
    },
  }
}
