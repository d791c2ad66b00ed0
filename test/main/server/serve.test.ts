import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import type { HostEvents } from '../../../src-core/contract/host'
import { connectHost } from '../../../src-core/contract/link'
import { decodeMessage, encodeMessage } from '../../../src-core/contract/wire'
import { cookieIn } from './workbench'

const program = resolve(import.meta.dirname, '../../../bin/unroll.mjs')

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unroll-serve-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'tiny.txt'), 'the cat sat on the mat\n'.repeat(100))
})

/** `unroll serve`, ended after the test. */
class Served {
  stdout = ''
  stderr = ''
  readonly ended: Promise<number | null>
  readonly #child

  constructor(args: readonly string[]) {
    const env = { ...process.env, UNROLL_CACHE: join(folder, 'cache'), UNROLL_CONFIG: join(folder, 'config') }
    const child = spawn(process.execPath, [program, 'serve', '--project', join(folder, 'project'), ...args], {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout.setEncoding('utf8').on('data', (text: string) => (this.stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text))
    this.ended = new Promise((settle) => child.on('close', settle))
    this.#child = child
    onTestFinished(async () => {
      child.kill('SIGKILL')
      await this.ended
    })
  }

  /** The address once it is printed. */
  address(): Promise<URL> {
    return vi.waitFor(() => new URL(/^Unroll: (\S+)$/m.exec(this.stdout)?.[1] ?? ''), 15_000)
  }

  end(signal: NodeJS.Signals): Promise<number | null> {
    this.#child.kill(signal)
    return this.ended
  }
}

async function cookieOf(address: URL): Promise<string> {
  const { headers } = await fetch(address, { redirect: 'manual' })
  return cookieIn({ 'set-cookie': headers.getSetCookie() })
}

async function callsOf({ host, origin }: URL, cookie: string) {
  const socket = new WebSocket(`ws://${host}/socket`, { headers: { origin, cookie } })
  onTestFinished(() => socket.terminate())
  await new Promise((settle, reject) => socket.on('open', settle).on('error', reject))
  const silent = () => new Proxy({}, { get: () => () => undefined })
  const domains = ['architectures', 'corpora', 'runs', 'sampling', 'shell', 'system', 'tasks']
  const port = {
    post: (message: object) => socket.send(encodeMessage(message)),
    onMessage: (listener: (message: unknown) => void) =>
      void socket.on('message', (data: Buffer) => listener(decodeMessage(data))),
    close: () => socket.close(),
  }
  const events = Object.fromEntries(domains.map((domain) => [domain, silent()]))
  return connectHost(port, events as unknown as HostEvents).calls
}

test('serves the built page and answers its calls', async () => {
  const address = await new Served([]).address()
  const cookie = await cookieOf(address)
  const page = await fetch(address.origin, { headers: { cookie } })
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<title>Unroll</title>')])
  const info = await (await callsOf(address, cookie)).system.info()
  expect(info).toMatchObject({ shell: 'server', project: { folder: join(folder, 'project') } })
})

test('adds the files that were named, once', async () => {
  const list = async () => {
    const served = new Served(['tiny.txt', 'missing.txt'])
    const address = await served.address()
    const { corpora } = await callsOf(address, await cookieOf(address))
    await vi.waitFor(() => expect(served.stderr).toContain('missing.txt'), 15_000)
    const names = (await corpora.list()).map(({ name }) => name)
    expect(await served.end('SIGINT')).toBe(0)
    return names
  }
  expect(await list()).toEqual([expect.stringContaining('tiny')])
  expect(await list()).toHaveLength(1)
})

test('a page may name no other files', async () => {
  const address = await new Served(['tiny.txt']).address()
  const { corpora } = await callsOf(address, await cookieOf(address))
  const source = { kind: 'paths' as const, paths: ['/etc/passwd'] }
  await expect(corpora.add({ task: 't', source })).rejects.toMatchObject({ code: 'path-not-allowed' })
})

test('no line of the log holds the token or the cookie', async () => {
  const served = new Served(['tiny.txt'])
  const address = await served.address()
  const token = address.searchParams.get('token') ?? ''
  const cookie = await cookieOf(address)
  const [, session] = cookie.split('=')
  await fetch(address)
  await fetch(`${address.origin}/${token}`)
  await fetch(`${address.origin}/open/${token}?token=${token}`, { headers: { cookie } })
  await fetch(`${address.origin}/open?token=${session}`, { headers: { cookie: `x=${token}` } })
  await fetch(`${address.origin}/${session}`, { headers: { cookie }, method: 'POST', body: token })
  await fetch(address.origin, { headers: { cookie, origin: `http://${token}.example` } })
  await callsOf(address, cookie)
  await served.end('SIGTERM')
  const lines = [...served.stderr.split('\n'), ...served.stdout.split('\n').slice(1)]
  for (const refusal of ['bad-token', 'no-access', 'no-rule', 'foreign-origin']) {
    expect(served.stderr).toContain(refusal)
  }
  for (const line of lines) {
    expect(line).not.toContain(token)
    expect(line).not.toContain(session)
  }
})

test.each(['SIGINT', 'SIGTERM'] as const)('%s ends it and frees the project', async (signal) => {
  const first = new Served([])
  await first.address()
  const second = new Served([])
  expect(await second.ended).toBe(1)
  expect(second.stderr).toContain(join(folder, 'project'))
  expect(await first.end(signal)).toBe(0)
  await new Served([]).address()
})

test.each([
  ['a host that others reach', ['--host', '0.0.0.0'], 1, '--allow-remote'],
  ['a port that is none', ['--port', '70000'], 2, '--port takes'],
  ['an empty port', ['--port', ''], 2, '--port takes'],
  ['an option that is none', ['--porto', '1'], 2, 'unroll serve --help'],
])('refuses %s', async (_kind, args, code, words) => {
  const served = new Served(args)
  expect(await served.ended).toBe(code)
  expect(served.stderr).toMatch(/^unroll: .*\n$/)
  expect(served.stderr).toContain(words)
  expect(served.stdout).toBe('')
})

test('a port that is taken is told, and the project is free again', async () => {
  const { port } = await new Served([]).address()
  const other = new Served(['--port', port, '--project', join(folder, 'other')])
  expect(await other.ended).toBe(1)
  expect(other.stderr).toContain(`port ${port}`)
  await new Served(['--project', join(folder, 'other')]).address()
})

test('beyond loopback only where that is said, and then with a warning', async () => {
  const served = new Served(['--host', '0.0.0.0', '--allow-remote'])
  await served.address()
  expect(served.stderr).toContain('Nothing on the way is encrypted')
})
