import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { lockRun } from '../../../src-main/store/run-lock'
import { temporaryFolder } from './temporary-folder'

async function otherProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  await once(child, 'spawn')
  onTestFinished(() => void child.kill('SIGKILL'))
  return child.pid ?? 0
}

test('a run is held by one process at a time', async () => {
  const path = join(await temporaryFolder(), 'lock')
  const lock = await lockRun(path)
  await expect(lockRun(path)).rejects.toMatchObject({
    code: 'run-in-use',
    message: expect.stringContaining(String(process.pid)) as string,
  })
  lock.release()
  ;(await lockRun(path)).release()
  expect(await readdir(join(path, '..'))).toEqual([])
})

test('a lock of a living process is respected', async () => {
  const path = join(await temporaryFolder(), 'lock')
  const held = JSON.stringify({ pid: await otherProcess(), started: null })
  await writeFile(path, held)
  await expect(lockRun(path)).rejects.toMatchObject({ code: 'run-in-use' })
  expect(await readFile(path, 'utf8')).toBe(held)
})

test.each<[string, () => unknown]>([
  ['of a process that is gone', () => ({ pid: 2 ** 22 + 1, started: null })],
  ['of a process whose number another one has now', () => ({ pid: process.pid, started: '1' })],
  ['that says nothing', () => 'x'],
])('a lock %s is taken over', async (_, holder) => {
  const path = join(await temporaryFolder(), 'lock')
  await writeFile(path, JSON.stringify(holder()))
  const lock = await lockRun(path)
  expect(await readFile(path, 'utf8')).toContain(`"pid":${process.pid}`)
  lock.release()
})

test('only one of many takes a stale lock over', async () => {
  const path = join(await temporaryFolder(), 'lock')
  await writeFile(path, JSON.stringify({ pid: 2 ** 22 + 1, started: null }))
  const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => lockRun(path)))
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})
