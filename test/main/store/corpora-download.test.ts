import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync, mkdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fetchCorpus, type RemoteFile } from '../../../src-main/store/corpora-download'

const text = 'All the text there is. '.repeat(10_000)

let folder: string
let target: string
let server: Server
let answer: RequestListener
let asked: number
let remote: RemoteFile

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unroll-download-'))
  target = join(folder, 'downloads', 'text.txt')
  asked = 0
  answer = (_request, response) => response.end(text)
  server = createServer((request, response) => {
    asked++
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const sha256 = createHash('sha256').update(text).digest('hex')
  remote = { address: `http://127.0.0.1:${port}/text.txt`, size: text.length, sha256 }
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await rm(folder, { recursive: true, force: true })
})

const filesThere = () => (existsSync(dirname(target)) ? readdirSync(dirname(target)) : [])

test('a file is fetched once', async () => {
  const seen: number[] = []
  const onProgress = ({ done }: { done: number }) => seen.push(done)
  expect(await fetchCorpus(remote, target, { onProgress })).toBe(target)
  expect(await fetchCorpus(remote, target)).toBe(target)
  expect(readFileSync(target, 'utf8')).toBe(text)
  expect([asked, seen.at(-1), filesThere()]).toEqual([1, text.length, ['text.txt']])
})

test('a file that was changed here is fetched again', async () => {
  mkdirSync(dirname(target))
  writeFileSync(target, 'something else')
  await fetchCorpus(remote, target)
  expect(readFileSync(target, 'utf8')).toBe(text)
})

test('a redirect is followed', async () => {
  answer = (request, response) => {
    if (request.url === '/moved') response.end(text)
    else response.writeHead(302, { location: '/moved' }).end()
  }
  await fetchCorpus(remote, target)
  expect(readFileSync(target, 'utf8')).toBe(text)
})

test.each<[string, RequestListener, string, RegExp]>([
  [
    'other bytes',
    (_, response) => response.end(text.replace('All', 'Not')),
    'download-mismatch',
    /gave 230000 bytes that are not/,
  ],
  ['too few bytes', (_, response) => response.end('short'), 'download-mismatch', /gave 5 bytes/],
  [
    'too many bytes',
    (_, response) => response.end(text + text),
    'download-mismatch',
    /gave more than 230000 bytes/,
  ],
  ['no such file', (_, response) => response.writeHead(404).end('no'), 'download-failed', /status 404/],
  [
    'redirects without end',
    (_, response) => response.writeHead(301, { location: '/' }).end(),
    'download-failed',
    /more than 5 redirects/,
  ],
  [
    'a connection that breaks',
    (_, response) => {
      response.writeHead(200, { 'content-length': text.length })
      response.write('All the', () => response.destroy())
    },
    'download-failed',
    /could not be fetched: aborted/,
  ],
])('%s: refused, and nothing is left there', async (_, listener, code, message) => {
  answer = listener
  await expect(fetchCorpus(remote, target)).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message) as string,
  })
  expect(filesThere()).toEqual([])
})

test('a response without end is left', async () => {
  answer = (_request, response) => {
    const more = () => response.write(text, (error) => (error ? undefined : setImmediate(more)))
    more()
  }
  await expect(fetchCorpus(remote, target)).rejects.toMatchObject({ code: 'download-mismatch' })
})

test('where nothing answers, the address and the way out are named', async () => {
  const address = 'http://127.0.0.1:1/text.txt'
  await expect(fetchCorpus({ ...remote, address }, target)).rejects.toMatchObject({
    code: 'download-failed',
    message: expect.stringMatching(
      /^http:\/\/127\.0\.0\.1:1\/text\.txt \(230000 bytes\).*ECONNREFUSED/,
    ) as string,
    wayOut: expect.stringContaining('give its path') as string,
  })
})

test('a download can be cancelled', async () => {
  const controller = new AbortController()
  answer = (_request, response) => response.write(text.slice(0, 1000), () => controller.abort())
  await expect(fetchCorpus(remote, target, { signal: controller.signal })).rejects.toMatchObject({
    code: 'cancelled',
  })
  expect(filesThere()).toEqual([])
})
