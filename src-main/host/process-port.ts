import type { ChildProcess } from 'node:child_process'
import type { Port } from '../../src-core/contract/rpc'

/** The channel to a child that was forked with `serialization: 'advanced'`, or from such a child to its parent. */
export function processPort(process: ChildProcess | NodeJS.Process): Port {
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
