import { connect, type Socket } from 'node:net'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import type { WebSocket } from 'ws'
import { hostEvents, type HostEvents } from '../../../src-core/contract/host'
import { connectHost } from '../../../src-core/contract/link'
import { decodeMessage, encodeMessage } from '../../../src-core/contract/wire'
import { Workbench } from './workbench'

let workbench: Workbench

beforeEach(async () => {
  workbench = await Workbench.open()
})

function callsOver(socket: WebSocket) {
  const port = {
    post: (message: object) => socket.send(encodeMessage(message)),
    onMessage: (listener: (message: unknown) => void) =>
      void socket.on('message', (data: Buffer) => listener(decodeMessage(data))),
    close: () => socket.close(),
  }
  const silent = Object.keys(hostEvents).map((domain) => [
    domain,
    new Proxy({}, { get: () => () => undefined }),
  ])
  return connectHost(port, Object.fromEntries(silent) as HostEvents).calls
}

function closeOf(socket: WebSocket): Promise<number> {
  return new Promise((resolve) => {
    socket.on('error', () => undefined)
    socket.on('close', resolve)
  })
}

function idle(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(workbench.server.port, '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    socket.on('connect', () => resolve(socket))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET') reject(error)
    })
  })
}

test('calls and their answers go through the socket', async () => {
  await callsOver(await workbench.page()).tasks.cancel('a')
  expect(workbench.cancelled).toEqual(['a'])
})

test('a page that goes is closed on the host', async () => {
  const page = await workbench.page()
  expect(workbench.pages).toBe(1)
  page.close()
  await vi.waitFor(() => expect(workbench.pages).toBe(0))
})

test('a frame of 100 MB ends its own connection and nothing else', async () => {
  const [other, page] = [await workbench.page(), await workbench.page()]
  const closed = closeOf(page)
  page.send(Buffer.alloc(100 << 20))
  expect([1006, 1009]).toContain(await closed)
  await callsOver(other).tasks.cancel('still here')
  expect(workbench.cancelled).toEqual(['still here'])
})

test('a large message within the limit is taken', async () => {
  const page = await workbench.page()
  page.send(encodeMessage({ t: 's', i: 'none', r: new Uint8Array(15 << 20) }))
  await callsOver(page).tasks.cancel('after')
  expect(workbench.cancelled).toEqual(['after'])
})

test.each([
  ['text', '{"t":"q"}', 1003],
  ['bytes that are no message', Buffer.from([0xc1]), 1007],
  ['a message nested too deep', Buffer.alloc(100_000, 0x91), 1007],
])('%s ends the connection and nothing else', async (_kind, data, code) => {
  const page = await workbench.page()
  const closed = closeOf(page)
  page.send(data)
  expect(await closed).toBe(code)
  await callsOver(await workbench.page()).tasks.cancel('still here')
})

test('a message that is not of the contract ends the connection and nothing else', async () => {
  const page = await workbench.page()
  const closed = closeOf(page)
  page.send(encodeMessage({ hello: 'world' }))
  await closed
  await callsOver(await workbench.page()).tasks.cancel('still here')
})

test('a thousand idle sockets keep no page out, and none of them stays for long', async () => {
  const page = await workbench.page()
  const cookie = await workbench.cookie()
  const idles = await Promise.all(Array.from({ length: 1000 }, idle))
  expect((await workbench.ask('/', { cookie })).status).toBe(200)
  await callsOver(page).tasks.cancel('meanwhile')
  expect(workbench.cancelled).toEqual(['meanwhile'])
  await callsOver(await workbench.page()).tasks.cancel('a new one')
  await vi.waitFor(
    () => expect(idles.filter((socket) => !socket.destroyed).length).toBeLessThanOrEqual(64),
    5000,
  )
})

test('an idle socket is closed after a while', { timeout: 30_000 }, async () => {
  const socket = await idle()
  await new Promise((resolve) => socket.on('close', resolve).resume())
})

test('headers of unusual size are refused', async () => {
  expect((await workbench.ask('/', { 'x-large': 'x'.repeat(20_000) })).status).toBe(431)
})

test('more pages than anyone has are refused', async () => {
  const headers = { origin: workbench.origin, cookie: await workbench.cookie() }
  for (let page = 0; page < 32; page++) expect(await workbench.connect(headers)).toBeTypeOf('object')
  expect(await workbench.connect(headers)).toBe(503)
})

test('a server that closes tells its pages', async () => {
  const closed = closeOf(await workbench.page())
  await workbench.server.close()
  expect(await closed).toBe(1001)
})
