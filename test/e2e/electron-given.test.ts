import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { electronHere, endElectron, Home, program, startElectron, type Started } from './electron'
import { runOf, startRun, takeOver } from './raw-page'
import { dropFiles } from './workbench'

const electron = await electronHere()

const SOON = { timeout: 30_000 }

describe.skipIf(!electron)('what is given to the window in Electron', () => {
  if (!electron) return
  const maker = new Home()
  const home = new Home()
  const checkpoint = join(home.folder, 'learned.safetensors')
  let started: Started | undefined

  beforeAll(async () => {
    const text = join(maker.folder, 'text.txt')
    writeFileSync(text, 'so it goes, and round it goes again. '.repeat(500))
    const elsewhere = await startElectron(electron, maker)
    await takeOver(elsewhere.page)
    const run = await startRun(elsewhere.page, text, 1)
    await vi.waitFor(async () => expect((await runOf(elsewhere.page, run))?.state.state).toBe('done'), SOON)
    await endElectron(elsewhere.app)
    const checkpoints = join(maker.project, 'runs', run, 'checkpoints')
    const [newest] = readdirSync(checkpoints).sort().reverse()
    copyFileSync(join(checkpoints, newest), checkpoint)
    started = await startElectron(electron, home)
    // What is dropped on a window that shows nothing yet falls on no page.
    await started.page.getByRole('heading', { name: 'A network that learns to write' }).waitFor()
  }, 120_000)

  afterAll(async () => {
    if (started) await endElectron(started.app)
    electron.screen.close()
    maker.remove()
    home.remove()
  })

  const drop = async (...paths: string[]) => {
    if (!started) throw new Error('it did not start')
    await dropFiles(started.page, paths)
  }
  const filesIn = (part: string) => {
    const folder = join(home.project, part)
    return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : []
  }
  const runsThere = () => readdirSync(join(home.project, 'runs')).filter((name) => !name.startsWith('.'))
  const documents = (part: string) =>
    filesIn(part).map(
      (name) =>
        JSON.parse(readFileSync(join(home.project, part, name), 'utf8')) as {
          name: string
          paths?: string[]
        },
    )

  test('a dropped folder is a corpus of the texts in it, where they lie', async () => {
    const folder = join(home.folder, 'my texts')
    mkdirSync(join(folder, 'more'), { recursive: true })
    writeFileSync(join(folder, 'one.txt'), 'one and one is two. '.repeat(50))
    writeFileSync(join(folder, 'more', 'two.txt'), 'two and two is four. '.repeat(50))
    writeFileSync(join(folder, '.hidden'), 'not this')
    await drop(folder)
    await expect.poll(() => documents('corpora').map(({ name }) => name), SOON).toContain('my texts')
    expect(documents('corpora').find(({ name }) => name === 'my texts')?.paths).toEqual([
      join(folder, 'more', 'two.txt'),
      join(folder, 'one.txt'),
    ])
  })

  test('a dropped architecture is opened as one of the project', async () => {
    const file = join(home.folder, 'drawn elsewhere.json')
    const lesson = JSON.parse(
      readFileSync(join(program, 'resources', 'architectures', 'gru.json'), 'utf8'),
    ) as object
    writeFileSync(file, JSON.stringify({ ...lesson, name: 'drawn elsewhere' }))
    await drop(file)
    await expect
      .poll(() => documents('architectures').map(({ name }) => name), SOON)
      .toContain('drawn elsewhere')
  })

  test('a dropped JSON that is no architecture is refused in words', async () => {
    const file = join(home.folder, 'other.json')
    writeFileSync(file, '{"hello": "world"}')
    const before = filesIn('architectures').length
    await drop(file)
    await expect
      .poll(() => started?.page.getByText('not an architecture document').count(), SOON)
      .toBeGreaterThan(0)
    expect(filesIn('architectures')).toHaveLength(before)
  })

  test('a dropped checkpoint begins a run that stands where it was taken', async () => {
    await drop(checkpoint)
    await expect.poll(runsThere, SOON).toHaveLength(1)
    const record = JSON.parse(
      readFileSync(join(home.project, 'runs', runsThere()[0], 'run.json'), 'utf8'),
    ) as { status: object }
    expect(record.status).toMatchObject({ state: 'stopped' })
  })

  test('all kinds at once go each their way', async () => {
    const text = join(home.folder, 'third.txt')
    writeFileSync(text, 'three and three is six. '.repeat(50))
    const file = join(home.folder, 'second network.json')
    const lesson = JSON.parse(
      readFileSync(join(program, 'resources', 'architectures', 'simple-rnn.json'), 'utf8'),
    ) as object
    writeFileSync(file, JSON.stringify({ ...lesson, name: 'second network' }))
    await drop(text, file, checkpoint)
    await expect.poll(() => documents('corpora').map(({ name }) => name), SOON).toContain('third')
    await expect
      .poll(() => documents('architectures').map(({ name }) => name), SOON)
      .toContain('second network')
    // The checkpoint is known from before.
    expect(runsThere()).toHaveLength(1)
  })
})
