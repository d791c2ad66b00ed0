import { readdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { RunEntry, RunSteps } from '../../../src-core/contract/runs'
import { forkWorker, type WorkerProcess } from '../../../src-main/host/worker-process'
import type { HostActivity } from '../../../src-main/host/host'
import { readRun, writeRun } from '../../../src-main/store/run-folder'
import { connectPage, openHost } from './connected-host'
import { begin, create, firstSteps, LONG, PLAN, stepsOf } from './tiny-run'

describe('runs of a host', () => {
  test('train, pause, step, go on, stop, and are found again by the next host', async () => {
    const { host, page, options, corpus } = await begin()
    const made = await create(page, corpus, LONG, 'my run')
    expect(made).toMatchObject({ name: 'my run', architecture: 'tiny', corpus: 'text.txt' })
    const { args } = await firstSteps(page, made)
    expect(args[0]).toMatchObject({ first: 1, tokensPerSecond: expect.any(Number) as number })

    await page.calls.runs.pause(made.id)
    const paused = await page.untilState(made.id, 'paused')
    await page.calls.runs.step(made.id)
    await page.until(
      ({ name, args: [entry] }) => name === 'runs.changed' && (entry as RunEntry).step === paused.step + 1,
    )
    await page.calls.runs.resume(made.id)
    await page.untilState(made.id, 'running')
    await page.calls.runs.setLearningRate(made.id, 0.002)
    await page.until(
      ({ name, args: [steps] }) => name === 'runs.steps' && (steps as RunSteps).learningRate === 0.002,
    )
    await page.calls.runs.stop(made.id)
    const stopped = await page.untilState(made.id, 'stopped')
    expect(stopped.checkpoint?.step).toBe(stopped.step)
    // The plan leaves the engine open: which one it is and why is known while it trains, and stays.
    const engine = { name: 'ort', reason: expect.stringMatching(/^ort: the only/) as string }
    expect(made.engine).toMatchObject({ name: 'auto', reason: null })
    expect(paused.engine).toMatchObject(engine)
    expect(stopped.engine).toEqual({ ...paused.engine, memory: null })

    const told = stepsOf(page, made.id)
    const metrics = await page.calls.runs.metrics(made.id, 1)
    expect(metrics).toMatchObject({ first: 1, width: 8 })
    expect(metrics.losses).toHaveLength(stopped.step)
    expect(metrics.outputs).toHaveLength(8 * stopped.step)
    expect(metrics.losses[0]).toBeCloseTo(told[0].losses[0], 5)
    expect(metrics.rates.map(({ learningRate }) => learningRate)).toEqual([0.01, 0.002])
    const [newest] = await page.calls.runs.checkpoints(made.id)
    expect(newest.step).toBe(stopped.step)

    await host.close()
    const again = connectPage(await openHost(options))
    const [found] = await again.calls.runs.list()
    expect(found).toMatchObject({
      id: made.id,
      name: 'my run',
      state: { state: 'stopped' },
      step: stopped.step,
    })
    expect(await again.calls.runs.detail(made.id)).toMatchObject({ corpusId: corpus })
    await again.calls.runs.resume(made.id)
    const next = await firstSteps(again, made)
    expect((next.args[0] as RunSteps).first).toBe(stopped.step + 1)
  })

  test('one whose process is killed says so, and goes on from its checkpoint', async () => {
    const workers: WorkerProcess[] = []
    const { page, corpus } = await begin({
      startWorker: (kind) => {
        const worker = forkWorker(kind)
        workers.push(worker)
        return worker
      },
    })
    const made = await create(page, corpus, { ...LONG, checkpoints: { everySteps: 5 } })
    await page.until(
      ({ name, args: [entry] }) =>
        name === 'runs.changed' && ((entry as RunEntry).checkpoint?.step ?? 0) >= 5,
    )
    process.kill(workers[0].pid ?? 0, 'SIGKILL')
    const failed = await page.untilState(made.id, 'failed')
    expect(failed.state).toMatchObject({ error: { code: 'training-process-died' } })
    expect(failed.state).toMatchObject({ error: { message: expect.stringContaining('SIGKILL') as string } })
    const from = page.heard.length
    await page.calls.runs.resume(made.id)
    const steps = await page.until(
      (heard) => heard.name === 'runs.steps' && page.heard.indexOf(heard) >= from,
    )
    expect(failed.checkpoint?.step).toBeLessThanOrEqual(failed.step)
    expect((steps.args[0] as RunSteps).first).toBe((failed.checkpoint?.step ?? NaN) + 1)
  })

  test('wait for their turn in order; one that waits can be taken out', async () => {
    const activities: HostActivity[] = []
    const { page, corpus } = await begin({ onActivity: (activity) => activities.push(activity) })
    const first = await create(page, corpus, LONG)
    const second = await create(page, corpus, PLAN)
    const third = await create(page, corpus, PLAN)
    expect(new Set([first.id, second.id, third.id]).size).toBe(3)
    const states = async () => (await page.calls.runs.list()).map(({ state }) => state)
    expect((await states()).slice(1)).toEqual([
      { state: 'queued', place: 1 },
      { state: 'queued', place: 2 },
    ])
    await page.calls.runs.stop(second.id)
    expect((await states()).slice(1)).toEqual([{ state: 'new' }, { state: 'queued', place: 1 }])
    await page.calls.runs.resume(second.id)
    expect((await states()).slice(1)).toEqual([
      { state: 'queued', place: 2 },
      { state: 'queued', place: 1 },
    ])
    await page.calls.runs.stop(first.id)
    await page.untilState(second.id, 'done')
    expect(activities.flatMap(({ ended }) => (ended ? [ended.run] : []))).toEqual([
      first.id,
      third.id,
      second.id,
    ])
  })

  test('that claim to run while nobody holds them are interrupted', async () => {
    const { host, page, options, corpus } = await begin()
    const made = await create(page, corpus, PLAN)
    await page.untilState(made.id, 'done')
    await host.close()
    const run = join(options.project, 'runs', made.id)
    await writeRun(run, { ...(await readRun(run)), status: { state: 'running', step: 3 } })
    const again = connectPage(await openHost(options))
    expect((await again.calls.runs.list())[0].state).toEqual({ state: 'interrupted' })
  })

  test('are reset to the same weights, with what was kept aside', async () => {
    const { page, corpus, options } = await begin()
    const made = await create(page, corpus, PLAN)
    const done = await page.untilState(made.id, 'done')
    const before = await page.calls.runs.metrics(made.id, 1)
    await page.calls.runs.reset(made.id)
    expect((await page.calls.runs.list())[0]).toMatchObject({
      state: { state: 'new' },
      step: 0,
      loss: null,
      checkpoint: null,
    })
    expect(page.heard).toContainEqual({ name: 'runs.rewound', args: [made.id, 0] })
    await page.calls.runs.resume(made.id)
    await page.untilState(made.id, 'done')
    const after = await page.calls.runs.metrics(made.id, 1)
    expect(after.losses).toEqual(before.losses)
    const aside = join(options.project, 'runs', made.id, 'before-reset-1')
    expect((await readdir(aside)).sort()).toEqual(['checkpoints', 'metrics.jsonl', 'samples.jsonl'])
    await expect(page.calls.runs.resume(made.id)).rejects.toMatchObject({ code: 'plan-done' })
    await page.calls.runs.extend(made.id, { epochs: 1 })
    await page.calls.runs.resume(made.id)
    const extended = await page.untilState(made.id, 'done')
    expect(extended.step).toBe(2 * done.step)
  })

  test('are duplicated with a change, also where the text is gone', async () => {
    const { page, corpus, folder } = await begin()
    const made = await create(page, corpus, PLAN)
    await page.untilState(made.id, 'done')
    await rename(join(folder, 'text.txt'), join(folder, 'elsewhere.txt'))
    const copy = await page.calls.runs.duplicate(made.id, {
      task: 'copy',
      plan: { seed: 7 },
      name: 'other seed',
    })
    expect(copy).toMatchObject({ name: 'other seed', state: { state: 'new' } })
    const { plan } = await page.calls.runs.detail(copy.id)
    const { plan: original } = await page.calls.runs.detail(made.id)
    expect(plan).toEqual({ ...original, seed: 7 })
    await page.calls.runs.rename(copy.id, 'renamed')
    expect((await page.calls.runs.list()).map(({ name }) => name).sort()).toEqual(['renamed', 'tiny'])
    await page.calls.runs.resume(copy.id)
    await page.untilState(copy.id, 'done')
  })

  test('are removed and brought back, but not while they train', async () => {
    const { page, corpus } = await begin()
    const made = await create(page, corpus, LONG)
    await firstSteps(page, made)
    await expect(page.calls.runs.remove(made.id)).rejects.toMatchObject({ code: 'run-trains' })
    await page.calls.runs.stop(made.id)
    const [{ step }] = await page.calls.runs.list()
    await page.calls.runs.remove(made.id)
    expect(await page.calls.runs.list()).toEqual([])
    await expect(page.calls.runs.resume(made.id)).rejects.toMatchObject({ code: 'unknown-run' })
    expect(await page.calls.runs.restore(made.id)).toMatchObject({ id: made.id, step })
  })

  test('begin with a checkpoint from elsewhere; one of their own is found', async () => {
    const { page, corpus, folder } = await begin()
    const made = await create(page, corpus, PLAN)
    const { step } = await page.untilState(made.id, 'done')
    const exported = await page.calls.runs.export(made.id, null, 'checkpoint')
    expect(exported.name).toBe(`tiny-step-${step}.safetensors`)
    await page.calls.corpora.upload({ upload: 'u1', name: 'a', offset: 0, bytes: exported.bytes })
    expect(await page.calls.runs.openCheckpoint({ kind: 'upload', upload: 'u1' })).toMatchObject({
      run: { id: made.id },
      step,
    })

    const file = join(folder, 'other.safetensors')
    await writeFile(file, exported.bytes)
    await page.calls.runs.remove(made.id)
    const { run } = await page.calls.runs.openCheckpoint({ kind: 'path', path: file })
    expect(run).toMatchObject({ state: { state: 'stopped' }, step, checkpoint: { step } })
    // It is the same one however often it is opened.
    const again = await Promise.all(
      [0, 1].map(() => page.calls.runs.openCheckpoint({ kind: 'path', path: file })),
    )
    expect(again.map((opened) => opened.run.id)).toEqual([run.id, run.id])
    await page.calls.runs.extend(run.id, { epochs: 1 })
    await page.calls.runs.resume(run.id)
    await page.untilState(run.id, 'done')
    expect((await page.calls.runs.metrics(run.id, 1)).first).toBe(step + 1)
    for (const format of ['onnx', 'safetensors', 'csv'] as const) {
      expect((await page.calls.runs.export(run.id, null, format)).bytes.length).toBeGreaterThan(100)
    }
  })

  test('do one step from nothing and then pause', async () => {
    const { page, corpus } = await begin()
    const made = await create(page, corpus, LONG)
    await page.calls.runs.stop(made.id)
    await page.calls.runs.reset(made.id)
    await page.calls.runs.step(made.id)
    await page.until(
      ({ name, args: [entry] }) =>
        name === 'runs.changed' &&
        (entry as RunEntry).id === made.id &&
        (entry as RunEntry).state.state === 'paused' &&
        (entry as RunEntry).step === 1,
    )
  })

  test('spare a page that cannot keep up their steps, and it gets them when it asks', async () => {
    const { host, page, corpus } = await begin()
    const slow = connectPage(host, () => 2_000_000)
    const made = await create(page, corpus, PLAN)
    const { step } = await page.untilState(made.id, 'done')
    await slow.untilState(made.id, 'done')
    expect(stepsOf(page, made.id).length).toBeGreaterThan(0)
    expect(stepsOf(slow, made.id)).toEqual([])
    expect((await slow.calls.runs.metrics(made.id, 3)).losses).toHaveLength(step - 2)
  })

  test('of the command line are found in a plain folder', async () => {
    const { host, page, options, corpus } = await begin()
    const made = await create(page, corpus, PLAN)
    await page.untilState(made.id, 'done')
    await host.close()
    await rename(join(options.project, 'runs', made.id), join(options.project, 'by-hand'))
    const again = connectPage(await openHost(options))
    expect(await again.calls.runs.list()).toMatchObject([{ id: 'by-hand', state: { state: 'done' } }])
  })
})
