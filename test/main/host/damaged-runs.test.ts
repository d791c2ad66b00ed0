import { mkdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readRun, runPaths } from '../../../src-main/store/run-folder'
import { connectPage, openHost } from './connected-host'
import { begin, create, PLAN } from './tiny-run'

/** A project with a run that is done, closed. */
async function withRun() {
  const { host, page, options, corpus } = await begin()
  const made = await create(page, corpus, PLAN, 'a/b')
  await page.untilState(made.id, 'done')
  await host.close()
  const runs = join(options.project, 'runs')
  return { options, made, runs, folder: join(runs, made.id) }
}

type Break = (folder: string) => Promise<void>

test.each<[string, Break, string, object]>([
  ['that is empty', (folder) => truncate(runPaths(folder).run), 'run-damaged', { name: 'a-b' }],
  [
    'of which half is missing',
    async (folder) => truncate(runPaths(folder).run, 500),
    'run-damaged',
    { name: 'a-b' },
  ],
  ['that is not there', (folder) => rm(runPaths(folder).run), 'not-a-run', { name: 'a-b' }],
  [
    'with a wrong value',
    async (folder) => change(folder, { plan: 7 }),
    'run-damaged',
    { name: 'a/b', architecture: 'tiny' },
  ],
  [
    'with an architecture that is none',
    async (folder) => change(folder, { architecture: { name: 'tiny' } }),
    'not-an-architecture',
    { name: 'a/b', architecture: 'tiny' },
  ],
  [
    'of a later version',
    async (folder) => change(folder, { version: 2 }),
    'run-newer',
    { name: 'a/b', architecture: 'tiny' },
  ],
])(
  'a run whose record is one %s is listed with what is wrong, and can be removed',
  async (_, breakIt, code, known) => {
    const { options, made, folder } = await withRun()
    await breakIt(folder)
    const page = connectPage(await openHost(options))
    const [entry, ...others] = await page.calls.runs.list()
    expect(others).toEqual([])
    expect(entry).toMatchObject({ id: made.id, ...known, state: { state: 'damaged', error: { code } } })
    const { error } = entry.state as unknown as { error: { message: string; wayOut: string } }
    expect(error.message).toContain(folder)
    expect(error.wayOut).toMatch(code === 'run-newer' ? /newer version/ : /Restore it from a copy, or remove/)

    const { runs } = page.calls
    for (const call of [
      runs.detail(made.id),
      runs.resume(made.id),
      runs.metrics(made.id, 1),
      runs.rename(made.id, 'x'),
    ]) {
      await expect(call).rejects.toMatchObject({ code })
    }
    await runs.remove(made.id)
    expect(page.heard).toContainEqual({ name: 'runs.removed', args: [made.id] })
    expect(await runs.list()).toEqual([])
    expect(await runs.restore(made.id)).toMatchObject({ id: made.id, state: { state: 'damaged' } })
  },
)

test('a damaged run whose file is put back is a run again, and pages hear of it', async () => {
  const { options, made, folder } = await withRun()
  const whole = await readFile(runPaths(folder).run)
  await writeFile(runPaths(folder).run, '{')
  const page = connectPage(await openHost(options))
  expect((await page.calls.runs.list())[0].state.state).toBe('damaged')
  await writeFile(runPaths(folder).run, whole)
  expect(await page.calls.runs.list()).toMatchObject([{ id: made.id, name: 'a/b', state: { state: 'done' } }])
  await page.until(({ name }) => name === 'runs.changed')
  await page.calls.runs.rename(made.id, 'mended')
  expect((await readRun(folder)).name).toBe('mended')
  await rm(folder, { recursive: true })
})

test('a damaged run hides no sound one, and what is no run is not listed', async () => {
  const { options, made, runs, folder } = await withRun()
  await mkdir(join(runs, 'damaged', 'checkpoints'), { recursive: true })
  await mkdir(join(runs, 'empty'))
  await mkdir(join(runs, 'back\\slash', 'checkpoints'), { recursive: true })
  await writeFile(join(runs, 'note.txt'), 'a note')
  await rename(folder, join(options.project, 'by-hand'))
  const page = connectPage(await openHost(options))
  const list = await page.calls.runs.list()
  expect(list.map(({ id, state }) => [id, state.state]).sort()).toEqual([
    ['by-hand', 'done'],
    ['damaged', 'damaged'],
  ])
  expect(made.id).toBe('a-b')
})

async function change(folder: string, changes: object): Promise<void> {
  const path = runPaths(folder).run
  const record = JSON.parse(await readFile(path, 'utf8')) as object
  await writeFile(path, JSON.stringify({ ...record, ...changes }))
}
