import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { withLock } from '../../../scripts/lock.mjs'
import { temporaryFolder } from '../store/temporary-folder'

const LOCK = pathToFileURL('scripts/lock.mjs').href

/** Adds one to a number in a file, so slowly that two at a time would lose one. */
const COUNT = `
  import { readFileSync, writeFileSync } from 'node:fs'
  import { withLock } from ${JSON.stringify(LOCK)}
  const [lock, counter, times] = process.argv.slice(1)
  for (let time = 0; time < Number(times); time++) {
    withLock(lock, () => {}, () => {
      const count = Number(readFileSync(counter, 'utf8'))
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
      writeFileSync(counter, String(count + 1))
    })
  }
`

async function paths() {
  const folder = await temporaryFolder()
  return { folder, file: join(folder, 'lock') }
}

function takes(file: string): string[] {
  const said: string[] = []
  let held = ''
  withLock(
    file,
    (text) => said.push(text),
    () => (held = readFileSync(file, 'utf8')),
  )
  expect(held).toMatch(new RegExp(`^${process.pid} `))
  return said
}

test.each([
  ['that is empty', ''],
  ['that says nothing', 'x y'],
  ['of a process that is gone', `${2 ** 22 + 1}`],
  ['of a process whose number another one has now', `${process.pid} 1`],
])('a lock %s is taken over at once, and released', async (_, content) => {
  const { folder, file } = await paths()
  writeFileSync(file, content)
  expect(takes(file)).toEqual([])
  expect(readdirSync(folder)).toEqual([])
})

test('a guard that a killed process left holds nobody up', async () => {
  const { folder, file } = await paths()
  writeFileSync(file, '')
  writeFileSync(`${file}.takeover`, `${2 ** 22 + 1}`)
  expect(takes(file)).toEqual([])
  expect(readdirSync(folder)).toEqual([])
})

test('a lock is released where the work fails', async () => {
  const { file } = await paths()
  const failing = () =>
    withLock(
      file,
      () => undefined,
      () => {
        throw new Error('failed')
      },
    )
  expect(failing).toThrow('failed')
  expect(existsSync(file)).toBe(false)
})

test('a holder is waited for, and who dies holding it gives way', async () => {
  const { folder, file } = await paths()
  const holder = spawn(process.execPath, [
    '--input-type=module',
    '-e',
    `import { withLock } from ${JSON.stringify(LOCK)}
     withLock(process.argv[1], () => {}, () => {
       console.log('held')
       Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
     })`,
    file,
  ])
  await once(holder.stdout, 'data')
  const waiter = spawn(process.execPath, [
    '--input-type=module',
    '-e',
    `import { withLock } from ${JSON.stringify(LOCK)}
     withLock(process.argv[1], (text) => console.log(text), () => console.log('mine'))`,
    file,
  ])
  let said = ''
  waiter.stdout.on('data', (text: Buffer) => (said += text.toString()))
  await once(waiter.stdout, 'data')
  expect(said).toContain(`Waiting for process ${holder.pid}`)
  expect(said).not.toContain('mine')
  holder.kill('SIGKILL')
  await once(waiter, 'close')
  expect(said).toContain('mine')
  expect(readdirSync(folder)).toEqual([])
})

test('one process at a time works, also where all begin with one abandoned lock', async () => {
  const { folder, file } = await paths()
  const counter = join(folder, 'counter')
  writeFileSync(counter, '0')
  writeFileSync(file, '')
  const children = Array.from({ length: 5 }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', COUNT, file, counter, '10'], { stdio: 'inherit' }),
  )
  const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0] as unknown))
  expect(codes).toEqual([0, 0, 0, 0, 0])
  expect(readFileSync(counter, 'utf8')).toBe('50')
  expect(readdirSync(folder)).toEqual(['counter'])
})
