import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { beforeEach, describe, expect, it, test } from 'vitest'
import { pageText, scriptAddress, scriptText, Workbench } from './workbench'

let workbench: Workbench
let cookie: string

beforeEach(async () => {
  workbench = await Workbench.open()
  cookie = await workbench.cookie()
})

describe('with access', () => {
  it.each([
    ['/', 'text/html; charset=utf-8', pageText],
    ['/?any=1', 'text/html; charset=utf-8', pageText],
    [scriptAddress, 'text/javascript; charset=utf-8', scriptText],
  ])('%s is served', async (address, type, text) => {
    const { status, headers, body } = await workbench.ask(address, { cookie })
    expect([status, headers['content-type'], body.toString()]).toEqual([200, type, text])
  })

  it.each([
    '/nothing',
    '/index.html',
    '/assets',
    '/assets/',
    `${scriptAddress}.map`,
    '/socket',
    '//',
    '*',
    '/open/',
    '/OPEN',
    '/constructor',
    '/__proto__',
  ])('%s, for which there is no rule, is refused', async (address) => {
    const { status, body } = await workbench.ask(address, { cookie })
    expect([status, body.toString()]).toEqual([404, 'There is nothing here.\n'])
  })

  it('an address of another server is refused', async () => {
    expect((await workbench.ask(`http://evil.example/`, { cookie })).status).toBe(404)
  })

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE'])('%s is not allowed', async (method) => {
    const { status, headers } = await workbench.ask('/', { cookie }, { method })
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD'])
  })

  it('HEAD has the headers alone', async () => {
    const { status, headers, body } = await workbench.ask(scriptAddress, { cookie }, { method: 'HEAD' })
    expect([status, headers['content-length'], body.length]).toEqual([200, String(scriptText.length), 0])
  })

  it('a body is refused', async () => {
    expect((await workbench.ask('/', { cookie, 'content-length': '5' })).status).toBe(413)
  })
})

describe('no way out of the page’s folder', () => {
  const ways = [
    '../secret.txt',
    '..%2fsecret.txt',
    '%2e%2e/secret.txt',
    '%2e%2e%2fsecret.txt',
    '..%252fsecret.txt',
    '..\\secret.txt',
    '..%5csecret.txt',
    '..%00/secret.txt',
    '..;/secret.txt',
    '....//secret.txt',
    './../secret.txt',
    '%c0%ae%c0%ae/secret.txt',
    '../../../../../../etc/passwd',
    'file:///etc/passwd',
  ]
  const routes = ['/', '/open/', '/socket/', '/assets/', `${scriptAddress}/`, '//']

  test.each(routes.flatMap((route) => ways.map((way) => route + way)))('%s', async (address) => {
    const { status, body } = await workbench.ask(address, { cookie })
    expect([status, body.toString()]).toEqual([404, 'There is nothing here.\n'])
  })

  test('nor through the query of any route', async () => {
    for (const way of ways) {
      expect((await workbench.ask(`/?${way}`, { cookie })).body.toString()).toBe(pageText)
      expect((await workbench.ask(`/open?token=${way}`, { cookie })).status).toBe(403)
      expect(await workbench.connect({ cookie, origin: workbench.origin }, `/socket/${way}`)).not.toBe(101)
    }
  })
})

describe('headers', () => {
  it.each([
    ['/', 200],
    ['/nothing', 404],
  ])('of %s allow nothing but the page’s own', async (address, status) => {
    const answer = await workbench.ask(address, { cookie })
    expect(answer.status).toBe(status)
    expect(String(answer.headers['content-security-policy']).split('; ')).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "style-src-attr 'unsafe-inline'",
      "img-src 'self' data: blob:",
      "font-src 'self'",
      `connect-src 'self' ws://${workbench.authority}`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ])
    expect(answer.headers).toMatchObject({
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    })
  })

  it('take no part of a policy from a foreign Host', async () => {
    const { headers } = await workbench.ask('/', { cookie, host: 'x; script-src *' })
    expect(headers['content-security-policy']).not.toContain('*')
  })

  it('let a browser keep what has a name of its own, and ask for the rest', async () => {
    const caching = async (address: string) =>
      (await workbench.ask(address, { cookie })).headers['cache-control']
    expect(await caching(scriptAddress)).toBe('private, max-age=31536000, immutable')
    expect(await caching('/')).toBe('no-cache')
    expect(await caching('/nothing')).toBe('no-store')
  })
})

describe('compression', () => {
  const ask = (accepted: string, address = scriptAddress) =>
    workbench.ask(address, { cookie, 'accept-encoding': accepted })

  it('by brotli where it is understood', async () => {
    const { headers, body } = await ask('gzip, deflate, br')
    expect([headers['content-encoding'], headers.vary]).toEqual(['br', 'Accept-Encoding'])
    expect(brotliDecompressSync(body).toString()).toBe(scriptText)
  })

  it('else by gzip', async () => {
    const { headers, body } = await ask('gzip, br;q=0')
    expect(headers['content-encoding']).toBe('gzip')
    expect(gunzipSync(body).toString()).toBe(scriptText)
  })

  it.each([
    ['nothing else is understood', scriptAddress, 'identity'],
    ['it is small', '/', 'br'],
    ['it is compressed already', '/assets/inter-DkH3_x9a.woff2', 'br'],
  ])('not where %s', async (_reason, address, accepted) => {
    const { status, headers } = await ask(accepted, address)
    expect([status, headers['content-encoding']]).toEqual([200, undefined])
  })
})
