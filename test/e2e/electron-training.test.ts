import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { electronHere, endElectron, Home, startElectron, type Started } from './electron'
import { ask, result, runOf, startRun, takeOver } from './raw-page'

const electron = await electronHere()

describe.skipIf(!electron)('training in Electron', () => {
  if (!electron) return
  const home = new Home()
  const text = join(home.folder, 'text.txt')
  let started: Started
  let run: string

  beforeAll(async () => {
    writeFileSync(text, 'so it goes, and round it goes again. '.repeat(2000))
    started = await startElectron(electron, home)
    await takeOver(started.page)
    run = await startRun(started.page, text, 1000)
  })

  afterAll(async () => {
    if (started) await endElectron(started.app)
    electron.screen.close()
    home.remove()
  })

  const stateOf = async () => (await runOf(started.page, run))?.state.state
  const stepOf = async () => (await runOf(started.page, run))?.step ?? 0
  const trains = async () => {
    await expect.poll(stateOf, { timeout: 60_000 }).toBe('running')
    await expect.poll(stepOf, { timeout: 60_000 }).toBeGreaterThan(0)
  }
  /** Blockers are counted up from 0 or 1. */
  const isAwake = () =>
    started.app.evaluate(({ powerSaveBlocker }) =>
      Array.from({ length: 20 }, (_, id) => id).some((id) => powerSaveBlocker.isStarted(id)),
    )
  const answerNext = (response: number) =>
    started.app.evaluate(({ dialog }, response) => {
      const asked: { message: string; buttons: string[] }[] = []
      Reflect.set(globalThis, 'asked', asked)
      const stub = async (...args: unknown[]) => {
        asked.push(args[args.length - 1] as { message: string; buttons: string[] })
        return { response, checkboxChecked: false }
      }
      Reflect.set(dialog, 'showMessageBox', stub)
    }, response)
  const asked = () =>
    started.app.evaluate(() => Reflect.get(globalThis, 'asked') as { message: string; buttons: string[] }[])
  const closeWindow = () =>
    started.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())

  test('a run trains in a utility process, and the machine stays awake', async () => {
    await trains()
    const services = await started.app.evaluate(({ app }) =>
      app.getAppMetrics().flatMap(({ name }) => (name === undefined ? [] : [name])),
    )
    expect(services).toContain('Unroll training')
    expect(await isAwake()).toBe(true)
  })

  test('kill -9 of its process is named, and the run goes on', async () => {
    const pid = await started.app.evaluate(
      ({ app }) => app.getAppMetrics().find(({ name }) => name === 'Unroll training')?.pid,
    )
    if (pid === undefined) throw new Error('no training process')
    process.kill(pid, 'SIGKILL')
    await expect.poll(stateOf).toBe('failed')
    const failed = await runOf(started.page, run)
    expect(failed?.state.error).toMatchObject({ code: 'training-process-died' })
    expect(failed?.state.error?.message).toMatch(/killed by SIGKILL/)
    expect(await isAwake()).toBe(false)
    await result(started.page, 'runs.resume', run)
    await trains()
  })

  test('closing the window asks, and cancelling keeps everything', async () => {
    await answerNext(2)
    await closeWindow()
    await expect.poll(asked).toMatchObject([
      {
        message: 'A run is training.',
        buttons: ['Stop with a checkpoint and quit', 'Keep training in the background', 'Cancel'],
      },
    ])
    expect(await stateOf()).toBe('running')
  })

  test('it can train on without its window, which a second start brings back', async () => {
    await answerNext(1)
    await closeWindow()
    const visible = () =>
      started.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible())
    await expect.poll(visible).toBe(false)
    expect(await stateOf()).toBe('running')
    await started.app.evaluate(({ app }) => void app.emit('second-instance', {}, [], '/'))
    await expect.poll(visible).toBe(true)
  })

  test('stopping writes a checkpoint, quits, and everything is found again', async () => {
    await answerNext(0)
    const gone = started.app.waitForEvent('close')
    await closeWindow()
    await gone
    started = await startElectron(electron, home)
    await takeOver(started.page)
    const found = await runOf(started.page, run)
    expect(found?.state.state).toBe('stopped')
    expect(found?.step).toBeGreaterThan(0)
    expect((await ask(started.page, 'runs.checkpoints', [run]))?.r).toEqual(
      expect.arrayContaining([expect.objectContaining({ step: found?.step })]),
    )
  })
})
