import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { expect, onTestFinished, test, vi } from 'vitest'
import { hostEvents, type HostCalls, type HostEvents } from '../../../src-core/contract/host'
import { connectHost, serveHost } from '../../../src-core/contract/link'
import type { Port } from '../../../src-core/contract/rpc'
import { UnrollError } from '../../../src-core/errors'

function portOf(port: MessagePort): Port {
  return {
    post: (message) => port.postMessage(message),
    onMessage: (listener) => void port.on('message', listener),
    close: () => port.close(),
  }
}

function silentListeners(): HostEvents {
  const domains = Object.entries(hostEvents).map(([domain, events]) => [
    domain,
    Object.fromEntries(Object.keys(events).map((name) => [name, vi.fn()])),
  ])
  return Object.fromEntries(domains) as HostEvents
}

class Tasks {
  readonly cancelled: string[] = []
  async cancel(task: string): Promise<void> {
    if (task === 'gone') throw new UnrollError('no-task', 'There is no such task.', 'Choose another.')
    this.cancelled.push(task)
    return Promise.resolve()
  }
}

function link(services: Partial<HostCalls>, listeners = silentListeners()) {
  const { port1, port2 } = new MessageChannel()
  onTestFinished(() => port1.close())
  return { page: serveHost(portOf(port1), services), host: connectHost(portOf(port2), listeners), listeners }
}

test('a call reaches the method of an instance, and its error comes back as data', async () => {
  const tasks = new Tasks()
  const { host } = link({ tasks })
  await host.calls.tasks.cancel('a')
  expect(tasks.cancelled).toEqual(['a'])
  await expect(host.calls.tasks.cancel('gone')).rejects.toMatchObject({ code: 'no-task' })
})

test('arguments that do not fit are refused before the service sees them', async () => {
  const tasks = new Tasks()
  const { host } = link({ tasks })
  await expect(host.calls.tasks.cancel('')).rejects.toMatchObject({ code: 'bad-call' })
  expect(tasks.cancelled).toEqual([])
})

test('an answer that does not fit is refused by the page', async () => {
  const wrong = { cancel: async () => Promise.resolve('no void' as never) }
  await expect(link({ tasks: wrong }).host.calls.tasks.cancel('a')).rejects.toThrow()
})

test('a domain that is not offered is refused', async () => {
  await expect(link({}).host.calls.tasks.cancel('a')).rejects.toThrow(/tasks\.cancel/)
})

test('events arrive with their typed arrays', async () => {
  const { page, listeners } = link({})
  const steps = {
    run: 'r',
    first: 1,
    losses: Float32Array.of(3, 2),
    outputs: Float32Array.of(3, 2),
    learningRate: 0.1,
    tokensPerSecond: null,
    secondsLeft: null,
  }
  page.events.runs.steps(steps)
  await vi.waitFor(() => expect(listeners.runs.steps).toHaveBeenCalledWith(steps))
})

test('calls that wait fail when the connection closes', async () => {
  const { host } = link({ tasks: { cancel: () => new Promise(() => undefined) } })
  const waiting = host.calls.tasks.cancel('a')
  host.close(new Error('the host is gone'))
  await expect(waiting).rejects.toThrow('the host is gone')
})
