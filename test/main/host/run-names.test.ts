import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { RunEntry } from '../../../src-core/contract/runs'
import { forkWorker, type WorkerProcess } from '../../../src-main/host/worker-process'
import { readRun } from '../../../src-main/store/run-folder'
import { connectPage, openHost } from './connected-host'
import { begin, create, firstSteps, LONG, PLAN } from './tiny-run'

function watched() {
  const workers: WorkerProcess[] = []
  const startWorker = (kind: Parameters<typeof forkWorker>[0]) => {
    const worker = forkWorker(kind)
    workers.push(worker)
    return worker
  }
  return { workers, startWorker }
}

function names(entries: RunEntry[]): string[] {
  return entries.map(({ name }) => name)
}

describe('a run that is renamed', () => {
  test('while it trains keeps the name on the disk, whatever its process writes afterwards', async () => {
    const { workers, startWorker } = watched()
    const { page, corpus, options, host } = await begin({ startWorker })
    const made = await create(page, corpus, LONG)
    const folder = join(options.project, 'runs', made.id)
    await firstSteps(page, made)
    await page.calls.runs.rename(made.id, 'the good one')
    expect((await readRun(folder)).name).toBe('the good one')
    // The process writes its state into the same file.
    await page.calls.runs.pause(made.id)
    await page.untilState(made.id, 'paused')
    await page.calls.runs.resume(made.id)
    await page.untilState(made.id, 'running')
    await page.calls.runs.step(made.id)
    await page.untilState(made.id, 'paused')
    expect(await readRun(folder)).toMatchObject({ name: 'the good one' })
    process.kill(workers[0].pid ?? 0, 'SIGKILL')
    await page.untilState(made.id, 'failed')
    expect(await readRun(folder)).toMatchObject({ name: 'the good one', status: { state: 'failed' } })
    await host.close()
    const again = connectPage(await openHost(options))
    expect(names(await again.calls.runs.list())).toEqual(['the good one'])
  })

  test('while it starts, and again, ends with the last name and its own state', async () => {
    const { page, corpus, options } = await begin()
    const made = await create(page, corpus, PLAN)
    await Promise.all(['one', 'two', 'three'].map((name) => page.calls.runs.rename(made.id, name)))
    const done = await page.untilState(made.id, 'done')
    expect(done.name).toBe('three')
    const record = await readRun(join(options.project, 'runs', made.id))
    expect(record).toMatchObject({ name: 'three', status: { state: 'done', step: done.step } })
  })

  test('while its process dies is renamed once that is gone', async () => {
    const { workers, startWorker } = watched()
    const { page, corpus, options } = await begin({ startWorker })
    const made = await create(page, corpus, LONG)
    await firstSteps(page, made)
    process.kill(workers[0].pid ?? 0, 'SIGKILL')
    await page.calls.runs.rename(made.id, 'survivor')
    const [entry] = await page.calls.runs.list()
    expect(entry).toMatchObject({ name: 'survivor', state: { state: 'failed' } })
    expect((await readRun(join(options.project, 'runs', made.id))).name).toBe('survivor')
  })

  test('while another program trains it is left alone, and that is said', async () => {
    const { page, corpus, options } = await begin()
    const made = await create(page, corpus, PLAN)
    await page.untilState(made.id, 'done')
    const lock = join(options.project, 'runs', made.id, 'lock')
    await writeFile(lock, JSON.stringify({ pid: process.ppid, started: null }))
    await expect(page.calls.runs.rename(made.id, 'mine')).rejects.toMatchObject({ code: 'run-in-use' })
    expect(names(await page.calls.runs.list())).toEqual(['tiny'])
    await rm(lock)
    await page.calls.runs.rename(made.id, 'mine')
    expect(names(await page.calls.runs.list())).toEqual(['mine'])
  })
})
