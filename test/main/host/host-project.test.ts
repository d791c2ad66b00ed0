import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Host } from '../../../src-main/host/host'
import { connectPage, hostFolder, openHost, TEXT } from './connected-host'

async function begin(paths: 'any' | string[] = 'any') {
  const { options, folder, text } = await hostFolder()
  const host = await openHost({ ...options, paths })
  return { host, page: connectPage(host), options, folder, text }
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text))
}

describe('a project', () => {
  test('is held by one program at a time', async () => {
    const { options } = await begin()
    await expect(Host.open(options)).rejects.toMatchObject({ code: 'project-in-use' })
  })

  test('is taken over from a program that is gone', async () => {
    const { options } = await hostFolder()
    const child = spawn(process.execPath, ['-e', ''])
    await once(child, 'exit')
    await mkdir(options.project, { recursive: true })
    await writeFile(join(options.project, 'lock'), JSON.stringify({ pid: child.pid, started: null }))
    expect((await openHost(options)).project.name).toBe('project')
  })

  test('keeps the workspace; what is damaged is left out', async () => {
    const { host, page, options } = await begin()
    await page.calls.system.saveWorkspace('../a/b', { open: [1, 2] })
    await Promise.all([1, 2, 3].map((value) => page.calls.system.saveWorkspace('c', value)))
    await host.close()
    await writeFile(join(options.project, 'workspace', 'bad.json'), '{')
    await writeFile(join(options.settings ?? '', 'recent.json'), 'x')
    const again = connectPage(await openHost(options))
    expect(await again.calls.system.workspace()).toEqual({ '../a/b': { open: [1, 2] }, c: 3 })
    expect((await again.calls.system.info()).recent).toEqual([{ folder: options.project, name: 'project' }])
  })

  test('gives way to another one of the recent, and none that is not', async () => {
    const { host, page, options, folder } = await begin()
    const other = join(folder, 'other')
    await expect(page.calls.system.openRecent(other)).rejects.toMatchObject({ code: 'unknown-project' })
    await host.openProject(other)
    await page.until(({ name }) => name === 'system.projectChanged')
    await page.calls.system.openRecent(options.project)
    expect((await page.calls.system.info()).recent.map(({ name }) => name)).toEqual(['project', 'other'])
    await expect(stat(join(other, 'lock'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('keeps architectures that parse, under names of their own', async () => {
    const { page } = await begin()
    const lessons = await page.calls.architectures.list()
    expect(lessons.find(({ id }) => id === 'lesson/simple-rnn')?.parameters).toBeGreaterThan(1000)
    const document = await page.calls.architectures.read('lesson/simple-rnn')
    const saved = await page.calls.architectures.save('lesson/simple-rnn', document)
    expect(saved.id).toMatch(/^project\//)
    expect((await page.calls.architectures.save(null, document)).id).toBe(`${saved.id}-2`)
    await page.calls.architectures.save(saved.id, { ...document, name: 'mine' })
    expect(await page.calls.architectures.read(saved.id)).toMatchObject({ name: 'mine' })
    await expect(page.calls.architectures.save(saved.id, { name: 'x' })).rejects.toMatchObject({
      code: 'not-an-architecture',
    })
    await page.calls.architectures.remove(saved.id)
    expect(await page.calls.architectures.list()).toHaveLength(lessons.length + 1)
    expect(await page.calls.architectures.restore(saved.id)).toMatchObject({ name: 'mine' })
    await expect(page.calls.architectures.remove('lesson/simple-rnn')).rejects.toMatchObject({
      code: 'lesson-architecture',
    })
    await expect(page.calls.architectures.read('project/..')).rejects.toMatchObject({
      code: 'unknown-architecture',
    })
  })
})

describe('corpora of a project', () => {
  test('are made of files and folders, and read in other ways', async () => {
    const { page, folder, text } = await begin()
    const texts = join(folder, 'texts')
    await mkdir(join(texts, 'b'), { recursive: true })
    await writeFile(join(texts, 'c.txt'), 'ccc')
    await writeFile(join(texts, 'b', 'a.txt'), 'aé')
    await writeFile(join(texts, '.hidden'), 'hidden')
    await writeFile(join(texts, 'image'), new Uint8Array([1, 0, 2]))
    const added = await page.calls.corpora.add({ task: 't', source: { kind: 'paths', paths: [texts] } })
    expect(added.name).toBe('texts')
    expect(added.found?.files.map(({ path }) => path)).toEqual([
      join(texts, 'b', 'a.txt'),
      join(texts, 'c.txt'),
    ])
    expect(await page.calls.corpora.slice(added.id, 1, 3)).toEqual(['é', 'c', 'c'])
    expect(await page.calls.corpora.slice(added.id, 5, 3)).toEqual([])
    expect(await page.calls.corpora.vocabulary(added.id)).toEqual({
      tokens: ['a', 'c', 'é'],
      counts: [1, 3, 1],
    })
    const bytes = await page.calls.corpora.reread('t', added.id, { tokens: 'bytes', fallback: null })
    expect(bytes.found?.length).toBe(6)
    await page.calls.corpora.rename(added.id, 'letters')
    await page.calls.corpora.remove(added.id)
    expect(await page.calls.corpora.list()).toEqual([])
    expect(await page.calls.corpora.restore(added.id)).toMatchObject({ name: 'letters', error: null })
    await rm(texts, { recursive: true })
    expect((await page.calls.corpora.list())[0].error).toMatchObject({ code: 'file-not-found' })
    await writeFile(text, 'shorter')
    expect(page.heard.filter(({ name }) => name === 'tasks.progress').length).toBeGreaterThan(0)
  })

  test('come in parts, and survive the program', async () => {
    const { host, page, options } = await begin([])
    const part = (offset: number, text: string) =>
      page.calls.corpora.upload({ upload: 'one', name: '../évil.txt', offset, bytes: bytesOf(text) })
    await part(0, TEXT.slice(0, 100))
    await part(100, TEXT.slice(100))
    await expect(part(5, 'x')).rejects.toMatchObject({ code: 'bad-upload' })
    const added = await page.calls.corpora.add({ task: 't', source: { kind: 'uploads', uploads: ['one'] } })
    expect(added.found?.length).toBe(TEXT.length)
    const again = page.calls.corpora.add({ task: 't', source: { kind: 'uploads', uploads: ['one'] } })
    await expect(again).rejects.toMatchObject({ code: 'unknown-upload' })
    await part(0, 'left behind')
    await host.close()
    const moved = { ...options, paths: [] }
    const next = connectPage(await openHost(moved))
    const [found] = await next.calls.corpora.list()
    expect(found).toMatchObject({ id: added.id, error: null })
    expect(await readFile(found.found?.files[0].path ?? '', 'utf8')).toBe(TEXT)
    await expect(stat(join(options.project, 'corpora', 'uploads', 'one'))).rejects.toMatchObject({
      code: 'ENOENT',
    })
  })

  test('that are cancelled leave nothing', async () => {
    const { page, folder } = await begin()
    const large = join(folder, 'large.txt')
    await writeFile(large, TEXT.repeat(20_000))
    const adding = page.calls.corpora.add({ task: 'long', source: { kind: 'paths', paths: [large] } })
    adding.catch(() => undefined)
    await page.until(
      ({ name, args: [progress] }) =>
        name === 'tasks.progress' && (progress as { task: string }).task === 'long',
    )
    await page.calls.tasks.cancel('long')
    await expect(adding).rejects.toMatchObject({ code: 'cancelled' })
    expect(await page.calls.corpora.list()).toEqual([])
  })

  test('cannot be read from where the page may not', async () => {
    const allowed = join((await hostFolder()).folder, 'allowed')
    await mkdir(allowed)
    const { page, text, folder } = await begin([allowed])
    await symlink(text, join(allowed, 'link.txt'))
    const linked = { kind: 'paths' as const, paths: [join(allowed, 'link.txt')] }
    await expect(page.calls.corpora.add({ task: 't', source: linked })).rejects.toMatchObject({
      code: 'path-not-allowed',
    })
    await writeFile(join(allowed, 'own.txt'), TEXT)
    await page.calls.corpora.add({ task: 't', source: { kind: 'paths', paths: [allowed] } })
    const adding = page.calls.corpora.add({ task: 't', source: { kind: 'paths', paths: [text] } })
    await expect(adding).rejects.toMatchObject({ code: 'path-not-allowed' })
    const opening = page.calls.runs.openCheckpoint({ kind: 'path', path: join(folder, 'x') })
    await expect(opening).rejects.toMatchObject({ code: 'path-not-allowed' })
  })
})

test('a page that throws costs the others nothing', async () => {
  const { host, page } = await begin()
  const served = host.serve({
    post: () => {
      throw new Error('gone')
    },
    onMessage: () => undefined,
    close: () => undefined,
  })
  onTestFinished(() => served.close())
  const document = await page.calls.architectures.read('lesson/gru')
  await page.calls.architectures.save(null, document)
  await page.until(({ name }) => name === 'architectures.changed')
})
