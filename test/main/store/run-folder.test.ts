import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makePlan } from '../../../src-core/training/plan'
import { createRun, readRun, runPaths, type NewRun } from '../../../src-main/store/run-folder'
import { CORPUS } from '../../core/training/fake-run'
import { contentsOf } from '../host/small-run'
import { temporaryFolder } from './temporary-folder'

const NEW: NewRun = {
  architecture: { name: 'fake' },
  plan: makePlan(),
  corpus: CORPUS,
  encodedCorpus: '/cache/corpora/1',
  engine: { name: 'reference', threads: null },
  versions: { unroll: '0.1.0' },
}

describe('a run folder', () => {
  test('is made whole, with what the run is made of', async () => {
    const folder = join(await temporaryFolder(), 'runs', 'first')
    const record = await createRun(folder, NEW)
    expect(record).toMatchObject({ name: 'first', status: { state: 'new' }, plan: NEW.plan })
    expect(await readRun(folder)).toEqual(record)
    expect(await readdir(join(folder, '..'))).toEqual(['first'])
  })

  test('may be an empty folder that is there', async () => {
    const folder = await temporaryFolder()
    await createRun(folder, NEW)
    expect((await readdir(folder)).sort()).toEqual(['checkpoints', 'run.json'])
  })

  test('is not made over something else', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'letter.txt'), 'dear')
    const before = await contentsOf(folder)
    await expect(createRun(folder, NEW)).rejects.toMatchObject({ code: 'folder-not-empty' })
    expect(await contentsOf(folder)).toEqual(before)
  })

  test('is not made below a file', async () => {
    const file = join(await temporaryFolder(), 'file')
    await writeFile(file, '')
    await expect(createRun(join(file, 'run'), NEW)).rejects.toMatchObject({ code: 'folder-not-writable' })
  })

  test.each<[string, (text: string) => string, string]>([
    ['of a newer version', (text) => text.replace('"version": 1', '"version": 2'), 'run-newer'],
    ['of another format', (text) => text.replace('unroll/run', 'unroll/corpus'), 'run-damaged'],
    ['that is cut off', (text) => text.slice(0, 300), 'run-damaged'],
    ['that is empty', () => '', 'run-damaged'],
    ['with a wrong plan', (text) => text.replace('"batch": 64', '"batch": -1'), 'run-damaged'],
  ])('with a run.json %s is refused and left as it is', async (_, change, code) => {
    const folder = await temporaryFolder()
    await createRun(folder, NEW)
    const path = runPaths(folder).run
    await writeFile(path, change(await readFile(path, 'utf8')))
    const before = await contentsOf(folder)
    await expect(readRun(folder)).rejects.toMatchObject({ code, name: 'UnrollError' })
    expect(await contentsOf(folder)).toEqual(before)
  })

  test('that is not there, or is another folder, is refused', async () => {
    const folder = await temporaryFolder()
    await mkdir(join(folder, 'other'))
    await expect(readRun(join(folder, 'nothing'))).rejects.toMatchObject({ code: 'run-not-found' })
    await expect(readRun(join(folder, 'other'))).rejects.toMatchObject({ code: 'not-a-run' })
  })
})
