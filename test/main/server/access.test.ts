import { beforeEach, describe, expect, it, test } from 'vitest'
import { cookieIn, pageText, pathAndQuery, scriptAddress, Workbench } from './workbench'

let workbench: Workbench

beforeEach(async () => {
  workbench = await Workbench.open()
})

describe('the address of use once', () => {
  it('gives a cookie, and the cookie the page', async () => {
    const opened = await workbench.ask(pathAndQuery(workbench.server.newAddress()))
    expect([opened.status, opened.headers.location]).toEqual([303, '/'])
    const page = await workbench.ask('/', { cookie: cookieIn(opened.headers) })
    expect([page.status, page.body.toString()]).toEqual([200, pageText])
  })

  it('gives a cookie that scripts cannot read and other sites cannot send', async () => {
    const { headers } = await workbench.ask(pathAndQuery(workbench.server.newAddress()))
    const [cookie] = headers['set-cookie'] ?? []
    expect(cookie.split('; ').slice(1).sort()).toEqual(['HttpOnly', 'Path=/', 'SameSite=Strict'])
  })

  it('works once', async () => {
    const address = pathAndQuery(workbench.server.newAddress())
    await workbench.ask(address)
    const again = await workbench.ask(address)
    expect([again.status, again.headers['set-cookie']]).toEqual([403, undefined])
  })

  it('works no longer when there is a newer one', async () => {
    const address = pathAndQuery(workbench.server.newAddress())
    workbench.server.newAddress()
    expect((await workbench.ask(address)).status).toBe(403)
  })

  it('is not used up by a browser that looks ahead', async () => {
    const address = pathAndQuery(workbench.server.newAddress())
    expect((await workbench.ask(address, { 'sec-purpose': 'prefetch' })).status).toBe(403)
    expect((await workbench.ask(address)).status).toBe(303)
  })

  it('is not used up by HEAD', async () => {
    const address = pathAndQuery(workbench.server.newAddress())
    expect((await workbench.ask(address, {}, { method: 'HEAD' })).status).toBe(405)
    expect((await workbench.ask(address)).status).toBe(303)
  })

  it.each(['/open', '/open?token=', '/open?token=wrong', '/open?other=1'])(
    'refuses %s and stays good',
    async (wrong) => {
      const address = pathAndQuery(workbench.server.newAddress())
      const refused = await workbench.ask(wrong)
      expect([refused.status, refused.headers['set-cookie']]).toEqual([403, undefined])
      expect((await workbench.ask(address)).status).toBe(303)
    },
  )

  it('is refused when none was given out', async () => {
    expect((await workbench.ask('/open?token=')).status).toBe(403)
  })
})

describe('without access', () => {
  it.each(['/', scriptAddress, '/nothing', '/socket'])('%s is refused', async (address) => {
    const { status, body } = await workbench.ask(address)
    expect([status, body.toString()]).toEqual([403, expect.stringContaining('Press Enter')])
  })

  it('a cookie of another value or another name is refused', async () => {
    const [name, value] = (await workbench.cookie()).split('=')
    for (const cookie of [`${name}=`, name, `${name}=${value}x`, `other=${value}`, `${name}=${name}`]) {
      expect((await workbench.ask('/', { cookie })).status).toBe(403)
    }
  })

  it('the cookie of another server is refused', async () => {
    const other = await Workbench.open()
    const [, value] = (await other.cookie()).split('=')
    const [name] = (await workbench.cookie()).split('=')
    expect((await workbench.ask('/', { cookie: `${name}=${value}` })).status).toBe(403)
  })

  it('a socket is refused', async () => {
    expect(await workbench.connect({ origin: workbench.origin })).toBe(403)
    expect(workbench.pages).toBe(0)
  })

  it('a socket with a cookie of another value, name or server is refused', async () => {
    const [name, value] = (await workbench.cookie()).split('=')
    const [, others] = (await (await Workbench.open()).cookie()).split('=')
    for (const cookie of [`${name}=`, name, `${name}=${value}x`, `other=${value}`, `${name}=${others}`]) {
      expect(await workbench.connect({ origin: workbench.origin, cookie })).toBe(403)
    }
    expect(workbench.pages).toBe(0)
  })

  it('a socket is not opened by a token, new, wrong or used, and does not use one up', async () => {
    const address = pathAndQuery(workbench.server.newAddress())
    const token = address.split('?')[1]
    const { origin } = workbench
    for (const path of [`/socket?${token}`, `/open?${token}`, '/socket?token=wrong', '/socket?token=']) {
      expect(await workbench.connect({ origin }, path)).toBe(403)
    }
    expect((await workbench.ask(address)).status).toBe(303)
    expect(await workbench.connect({ origin }, `/socket?${token}`)).toBe(403)
    expect(workbench.pages).toBe(0)
  })
})

test('the cookie is found among others', async () => {
  expect((await workbench.ask('/', { cookie: `a=1; ${await workbench.cookie()}; b=2` })).status).toBe(200)
})
