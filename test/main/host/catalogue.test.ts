import { createHash } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import catalogueDocument from '../../../resources/catalogue.json'
import type { TaskProgress } from '../../../src-core/contract/tasks'
import { connectPage, hostFolder, openHost } from './connected-host'

const TEXT = 'All the text there is, and then some more of it. '.repeat(20_000)
const BYTES = Buffer.from(TEXT)

let answer: RequestListener
let asked: number

/** A stand-in for the network's catalogue: its first book comes from here. */
beforeEach(async () => {
  asked = 0
  answer = (_request, response) => response.end(BYTES)
  const server = createServer((request, response) => {
    asked++
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const [book] = catalogueDocument.corpora
  const { source } = book
  const sha256 = createHash('sha256').update(BYTES).digest('hex')
  Object.assign(book, {
    source: { address: `http://127.0.0.1:${port}/book.txt`, size: BYTES.length, sha256 },
  })
  onTestFinished(async () => {
    Object.assign(book, { source })
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
})

async function begin() {
  const { options, folder } = await hostFolder()
  const downloads = join(folder, 'cache', 'downloads')
  const page = connectPage(await openHost(options))
  return { page, filesThere: () => (existsSync(downloads) ? readdirSync(downloads) : []) }
}

const source = { kind: 'catalogue' as const, name: catalogueDocument.corpora[0].name }

type Page = Awaited<ReturnType<typeof begin>>['page']

function progressOf(page: Page, task: string): TaskProgress[] {
  return page.heard
    .filter(({ name }) => name === 'tasks.progress')
    .map(({ args }) => args[0] as TaskProgress)
    .filter((progress) => progress.task === task)
}

async function toFetch(page: Page): Promise<number | null | undefined> {
  return (await page.calls.corpora.catalogue()).find(({ name }) => name === source.name)?.download
}

test('a book of the catalogue comes with its progress, and is fetched once', async () => {
  const { page, filesThere } = await begin()
  expect(await toFetch(page)).toBe(BYTES.length)
  // The second half is sent once the page has heard of the first.
  const heard = page.until(
    ({ name, args: [progress] }) => name === 'tasks.progress' && (progress as TaskProgress).done > 0,
  )
  answer = (_request, response) => {
    response.writeHead(200, { 'content-length': BYTES.length })
    response.write(BYTES.subarray(0, BYTES.length / 2))
    void heard.then(() => response.end(BYTES.subarray(BYTES.length / 2)))
  }
  const added = await page.calls.corpora.add({ task: 'book', source })
  expect(added).toMatchObject({ name: catalogueDocument.corpora[0].title, error: null })
  expect(added.found?.length).toBe(TEXT.length)
  const told = progressOf(page, 'book')
  expect(told[0]).toMatchObject({ stage: 'downloading', total: BYTES.length })
  expect(told[0].done).toBeLessThanOrEqual(BYTES.length / 2)
  expect(new Set(told.map(({ stage }) => stage))).toContain('indexing')
  for (const { done, total } of told) expect(done).toBeLessThanOrEqual(total)

  expect(await toFetch(page)).toBeNull()
  await page.calls.corpora.add({ task: 'again', source })
  expect([asked, filesThere()]).toEqual([1, [`${source.name}.txt`]])
})

test('a download that is cancelled ends at once and leaves nothing', async () => {
  const { page, filesThere } = await begin()
  let gone: Promise<void> = Promise.resolve()
  answer = (_request, response) => {
    gone = new Promise((resolve) => response.on('close', resolve))
    response.writeHead(200, { 'content-length': BYTES.length })
    // Then nothing more comes.
    response.write(BYTES.subarray(0, 1000))
  }
  const adding = page.calls.corpora.add({ task: 'book', source })
  adding.catch(() => undefined)
  await page.until(
    ({ name, args: [progress] }) => name === 'tasks.progress' && (progress as TaskProgress).task === 'book',
  )
  await page.calls.tasks.cancel('book')
  await expect(adding).rejects.toMatchObject({ code: 'cancelled' })
  await gone
  expect(filesThere()).toEqual([])
  expect(await page.calls.corpora.list()).toEqual([])
  expect(page.heard.some(({ name }) => name === 'corpora.changed')).toBe(false)
  expect(await toFetch(page)).toBe(BYTES.length)
})

test('a download that fails says what the person can do, and can be tried again', async () => {
  const { page, filesThere } = await begin()
  answer = (_request, response) => response.writeHead(503).end()
  await expect(page.calls.corpora.add({ task: 'book', source })).rejects.toMatchObject({
    code: 'download-failed',
    message: expect.stringContaining('503') as string,
    wayOut: expect.stringContaining('give its path') as string,
  })
  expect(filesThere()).toEqual([])
  answer = (_request, response) => response.end(BYTES)
  expect(await page.calls.corpora.add({ task: 'book', source })).toMatchObject({ error: null })
})

test('a book that is not in the catalogue is unknown', async () => {
  const { page } = await begin()
  const adding = page.calls.corpora.add({ task: 'book', source: { kind: 'catalogue', name: '../x' } })
  await expect(adding).rejects.toMatchObject({ code: 'unknown-corpus' })
  expect(asked).toBe(0)
})
