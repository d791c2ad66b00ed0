import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { hostEvents, type HostEvents } from '../../../src-core/contract/host'
import { serveHost } from '../../../src-core/contract/link'
import type { Port } from '../../../src-core/contract/rpc'
import { backoff } from '../../../src-renderer/state/backoff'
import { Connection } from '../../../src-renderer/state/connection.svelte'
import type { OpenPort } from '../../../src-renderer/state/ports'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

const deaf = Object.fromEntries(
  Object.entries(hostEvents).map(([domain, events]) => [
    domain,
    Object.fromEntries(Object.keys(events).map((name) => [name, () => undefined])),
  ]),
) as unknown as HostEvents

/** Two ends of one channel, and a way to break it. */
function channel(): { page: OpenPort; host: Port; cut: () => void } {
  const listeners: { page?: (message: unknown) => void; host?: (message: unknown) => void } = {}
  let gone = false
  let closed: () => void = () => undefined
  const end = (own: 'page' | 'host', other: 'page' | 'host'): Port => ({
    post: (message) => {
      if (!gone) void Promise.resolve().then(() => listeners[other]?.(message))
    },
    onMessage: (listener) => (listeners[own] = listener),
    close: () => undefined,
  })
  return {
    page: { port: end('page', 'host'), onClose: (listener) => (closed = listener) },
    host: end('host', 'page'),
    cut: () => {
      gone = true
      closed()
    },
  }
}

describe('the way to the host', () => {
  it('waits twice as long each time, up to five seconds', () => {
    expect([0, 1, 2, 10].map((attempt) => backoff(attempt, () => 0))).toEqual([250, 500, 1000, 5000])
    expect(backoff(0, () => 1)).toBeCloseTo(187.5)
  })

  it('is made again, and what waits on the old one fails at once', async () => {
    const channels = [channel(), channel()]
    let opened = 0
    const onopen = vi.fn()
    const connection = new Connection({
      open: async () => channels[opened++].page,
      events: deaf,
      onopen,
    })
    const never = new Promise<never>(() => undefined)
    serveHost(channels[0].host, { tasks: { cancel: () => never } })
    serveHost(channels[1].host, { tasks: { cancel: async () => undefined } })
    await vi.advanceTimersByTimeAsync(0)
    expect(connection.state).toBe('open')

    const { tasks } = connection.calls
    const waiting = tasks.cancel('a')
    const failed = expect(waiting).rejects.toMatchObject({ code: 'not-connected' })
    await vi.advanceTimersByTimeAsync(0)
    channels[0].cut()
    await failed
    expect(connection.state).toBe('lost')
    await expect(tasks.cancel('b')).rejects.toMatchObject({ code: 'not-connected' })

    await vi.advanceTimersByTimeAsync(300)
    expect(connection.state).toBe('open')
    expect(onopen).toHaveBeenCalledTimes(2)
    // The same object as before asks the new host.
    await expect(tasks.cancel('c')).resolves.toBeUndefined()
  })

  it('goes on trying where nobody answers', async () => {
    const open = vi.fn(() => Promise.reject(new Error('nobody')))
    const connection = new Connection({ open, events: deaf, onopen: () => undefined })
    await vi.advanceTimersByTimeAsync(0)
    expect(connection.state).toBe('connecting')
    await vi.advanceTimersByTimeAsync(20_000)
    expect(connection.state).toBe('lost')
    expect(open.mock.calls.length).toBeGreaterThan(5)
  })
})
