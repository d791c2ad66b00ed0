import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createPageServer } from '../../../src-main/server/page-server'

let folder: string
let server: Server
let origin: string

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'unroll-page-'))
  mkdirSync(join(folder, 'page', 'assets'), { recursive: true })
  writeFileSync(join(folder, 'secret.txt'), 'secret')
  writeFileSync(join(folder, 'page', 'index.html'), '<h1>page</h1>')
  writeFileSync(join(folder, 'page', 'assets', 'index.js'), 'run()')
  server = createPageServer(join(folder, 'page'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  origin = `http://127.0.0.1:${address.port}`
})

afterEach(async () => {
  await new Promise((resolve) => server.close(resolve))
  rmSync(folder, { recursive: true })
})

describe('page server', () => {
  it.each([
    ['/', 200, 'text/html; charset=utf-8', '<h1>page</h1>'],
    ['/assets/index.js?v=1', 200, 'text/javascript; charset=utf-8', 'run()'],
    ['/nothing.js', 404, 'text/plain; charset=utf-8', 'Not found\n'],
    ['/..%2fsecret.txt', 404, 'text/plain; charset=utf-8', 'Not found\n'],
    ['//', 404, 'text/plain; charset=utf-8', 'Not found\n'],
    ['/assets', 404, 'text/plain; charset=utf-8', 'Not found\n'],
  ])('answers %s with %i', async (address, status, type, body) => {
    const response = await fetch(origin + address)
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
      status,
      type,
      body,
    ])
  })

  it('takes no other method than GET and HEAD', async () => {
    const response = await fetch(origin, { method: 'POST', body: 'x' })
    expect(response.status).toBe(405)
  })
})
