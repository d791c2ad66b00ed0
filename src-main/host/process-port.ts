import type { ChildProcess } from 'node:child_process'

/** One end of a channel between two processes; values are cloned on the way, typed arrays included. */
export interface ProcessPort {
  /** What cannot be delivered any more is dropped: the other process is gone, and its end is told otherwise. */
  post(message: object): void
  onMessage(listener: (message: unknown) => void): void
}

/** The channel to a child that was forked with `serialization: 'advanced'`, or from such a child to its parent. */
export function processPort(process: ChildProcess | NodeJS.Process): ProcessPort {
  return {
    post: (message) => {
      if (process.connected) process.send?.(message, undefined, undefined, () => undefined)
    },
    onMessage: (listener) => void process.on('message', listener),
  }
}
