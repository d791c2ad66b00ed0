import { beforeEach, describe, expect, it } from 'vitest'
import { pathAndQuery, Workbench } from './workbench'

let workbench: Workbench
let cookie: string

beforeEach(async () => {
  workbench = await Workbench.open()
  cookie = await workbench.cookie()
})

/** What stands in `Host`, by what is wrong with it. */
const foreignHosts: [string, (port: number) => string][] = [
  ['a foreign name', (port) => `evil.example:${port}`],
  ['our name before theirs', (port) => `127.0.0.1.evil.example:${port}`],
  ['another port', (port) => `127.0.0.1:${port + 1}`],
  ['no port', () => '127.0.0.1'],
  ['a user before the name', (port) => `evil@127.0.0.1:${port}`],
  ['another address of this machine', (port) => `127.0.0.2:${port}`],
]

const foreignOrigins: [string, (port: number) => string][] = [
  ['a foreign page', () => 'https://evil.example'],
  ['a page without origin', () => 'null'],
  ['our name in the name', (port) => `http://127.0.0.1:${port}.evil.example`],
  ['our name before theirs', (port) => `http://127.0.0.1.evil.example:${port}`],
  ['our origin with more behind', (port) => `http://127.0.0.1:${port}/`],
  ['our name with another port', (port) => `http://127.0.0.1:${port + 1}`],
  ['our name without port', () => 'http://127.0.0.1'],
  ['our name, another scheme', (port) => `https://127.0.0.1:${port}`],
  ['our other name', (port) => `http://localhost:${port}`],
  ['a file', () => 'file://'],
  ['nothing', () => ''],
]

describe('a page with a valid cookie is refused under', () => {
  it.each(foreignHosts)('%s as Host', async (_kind, host) => {
    const { status } = await workbench.ask('/', { cookie, host: host(workbench.server.port) })
    expect(status).toBe(403)
  })

  it.each(foreignOrigins)('the Origin of %s', async (_kind, origin) => {
    const { status } = await workbench.ask('/', { cookie, origin: origin(workbench.server.port) })
    expect(status).toBe(403)
  })
})

it('a request without Host is refused', async () => {
  expect((await workbench.ask('/', { cookie }, { setHost: false })).status).toBe(400)
})

describe('a socket with a valid cookie is refused under', () => {
  it.each(foreignHosts)('%s as Host', async (_kind, host) => {
    const authority = host(workbench.server.port)
    // The Origin agrees with the Host, as it does where a foreign name was made to point here.
    expect(await workbench.connect({ cookie, host: authority, origin: `http://${authority}` })).toBe(403)
  })

  it.each(foreignOrigins)('the Origin of %s', async (_kind, origin) => {
    expect(await workbench.connect({ cookie, origin: origin(workbench.server.port) })).toBe(403)
  })

  it('no Origin at all', async () => {
    expect(await workbench.connect({ cookie })).toBe(403)
  })

  it('another address than its own', async () => {
    expect(await workbench.connect({ cookie, origin: workbench.origin }, '/')).toBe(404)
    expect(await workbench.connect({ cookie, origin: workbench.origin }, '/socket/')).toBe(404)
  })
})

it('a foreign page cannot use up the address of use once', async () => {
  const address = pathAndQuery(workbench.server.newAddress())
  expect((await workbench.ask(address, { origin: 'https://evil.example' })).status).toBe(403)
  expect((await workbench.ask(address, { host: 'evil.example' })).status).toBe(403)
  expect((await workbench.ask(address)).status).toBe(303)
})

describe('our own page', () => {
  it('is served with and without its Origin', async () => {
    expect((await workbench.ask('/', { cookie })).status).toBe(200)
    expect((await workbench.ask('/', { cookie, origin: workbench.origin })).status).toBe(200)
  })

  it('is served under the machine’s other name for itself', async () => {
    const host = `LocalHost:${workbench.server.port}`
    const origin = `http://localhost:${workbench.server.port}`
    expect((await workbench.ask('/', { cookie, host, origin })).status).toBe(200)
  })

  it('has its socket', async () => {
    expect(typeof (await workbench.connect({ cookie, origin: workbench.origin }))).toBe('object')
  })
})
