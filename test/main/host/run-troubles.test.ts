import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { RunEntry, RunState, RunSteps } from '../../../src-core/contract/runs'
import { forkWorker, type WorkerProcess } from '../../../src-main/host/worker-process'
import { readRun, runPaths } from '../../../src-main/store/run-folder'
import { connectPage, openHost } from './connected-host'
import { ARCHITECTURE, begin, create, firstSteps, LONG, PLAN } from './tiny-run'

type StateOf<Kind extends RunState['state']> = Extract<RunState, { state: Kind }>

/** The state of an entry, once it is known of which kind. */
function stateAs<Kind extends RunState['state']>({ state }: RunEntry, kind: Kind): StateOf<Kind> {
  expect(state.state).toBe(kind)
  return state as StateOf<Kind>
}

/** Sets limits of a process that runs. */
const PRLIMIT = '/usr/bin/prlimit'

/** How large files may become that a process writes, in bytes: as a full disk, it refuses what goes beyond. */
function limitFiles(pid: number, bytes: string): void {
  execFileSync(PRLIMIT, ['--pid', String(pid), `--fsize=${bytes}:`])
}

/** With the process that was started last. */
async function watchedWorker() {
  const workers: WorkerProcess[] = []
  const begun = await begin({
    startWorker: (kind) => {
      const worker = forkWorker(kind)
      workers.push(worker)
      return worker
    },
  })
  return { ...begun, worker: () => workers[workers.length - 1].pid ?? 0 }
}

describe('the guard, as a page sees it', () => {
  /** Without bounds on what flows round the loop, such a rate leaves what a float32 can hold in a few steps. */
  const unbounded = {
    ...ARCHITECTURE,
    shapes: ARCHITECTURE.shapes.map((shape) =>
      shape.kind === 'circle' ? { ...shape, activation: 'relu' } : shape,
    ),
  }
  const broken = {
    ...LONG,
    segments: [{ epochs: 100_000, learningRate: 1e6 }],
    guard: { margin: null, patience: 1 },
  }
  const exploding = {
    ...LONG,
    segments: [{ epochs: 100_000, learningRate: 30 }],
    guard: { margin: 0.5, patience: 2 },
  }

  test.each([
    ['a loss that is no number', unbounded, broken, ['not-a-number', 'infinity', 'broken-weights']],
    ['a loss that stays far above what was usual', ARCHITECTURE, exploding, ['explosion']],
  ])(
    'stops %s, says why, and another rate goes on from the last good checkpoint',
    async (_, architecture, plan, kinds) => {
      const { page, corpus, options } = await begin()
      const made = await create(page, corpus, plan, undefined, architecture)
      const entry = await page.untilState(made.id, 'guard')
      const { finding } = stateAs(entry, 'guard')
      expect(kinds).toContain(finding.kind)
      expect(finding.step).toBeGreaterThan(0)
      expect(finding.learningRate).toBe(plan.segments[0].learningRate)
      if (finding.kind === 'explosion') expect(finding.loss).toBeGreaterThan((finding.reference ?? 0) + 0.5)

      // What it stopped for is on the disk too, and going on as before is refused in the guard's words.
      await expect
        .poll(async () => (await readRun(join(options.project, 'runs', made.id))).status)
        .toEqual({ state: 'guard', finding })
      await expect(page.calls.runs.resume(made.id)).rejects.toMatchObject({ code: 'guard-stopped' })

      const from = page.heard.length
      await page.calls.runs.goBack(made.id, 0.001)
      const { args } = await page.until(
        (event) => event.name === 'runs.rewound' && page.heard.indexOf(event) >= from,
      )
      expect(args).toEqual([made.id, entry.checkpoint?.step ?? 0])
      await page.until(
        (event) =>
          event.name === 'runs.steps' &&
          page.heard.indexOf(event) >= from &&
          (event.args[0] as RunSteps).learningRate === 0.001,
      )
      await page.calls.runs.stop(made.id)
      const { losses } = await page.calls.runs.metrics(made.id, 1)
      expect(losses.length).toBeGreaterThan(0)
      expect([...losses].every(Number.isFinite)).toBe(true)
    },
  )

  test('is found again by the next host, and lets another run train meanwhile', async () => {
    const { host, page, options, corpus } = await begin()
    const made = await create(page, corpus, exploding)
    const { state } = await page.untilState(made.id, 'guard')
    const other = await create(page, corpus, PLAN)
    await page.untilState(other.id, 'done')
    await host.close()
    const again = connectPage(await openHost(options))
    expect((await again.calls.runs.list()).find(({ id }) => id === made.id)?.state).toEqual(state)
    await again.calls.runs.goBack(made.id, 0.001)
    await firstSteps(again, made)
  })
})

describe('a disk that takes no more', () => {
  test.skipIf(!existsSync(PRLIMIT))(
    'pauses the run and says so; once there is room it goes on in place, and nothing is lost',
    async () => {
      const { page, corpus, worker } = await watchedWorker()
      const made = await create(page, corpus, LONG)
      await firstSteps(page, made)
      limitFiles(worker(), '20000')
      const full = await page.untilState(made.id, 'write-failed')
      const { error } = stateAs(full, 'write-failed')
      expect(error).toMatchObject({ code: 'write-failed' })
      expect(error.message).toMatch(/metrics\.jsonl cannot be written: EFBIG/)
      expect(error.wayOut).toContain('Make room on the disk')
      // As long as it is full the run goes on neither when asked nor by itself.
      await expect(page.calls.runs.resume(made.id)).rejects.toMatchObject({ code: 'write-failed' })
      expect(stateAs((await page.calls.runs.list())[0], 'write-failed').error).toEqual(error)

      limitFiles(worker(), 'unlimited')
      await page.calls.runs.resume(made.id)
      await page.until(
        ({ name, args: [steps] }) => name === 'runs.steps' && (steps as RunSteps).first > full.step,
      )
      await page.calls.runs.stop(made.id)
      const [stopped] = await page.calls.runs.list()
      expect(stopped).toMatchObject({ state: { state: 'stopped' }, checkpoint: { step: stopped.step } })
      const metrics = await page.calls.runs.metrics(made.id, 1)
      expect([metrics.first, metrics.losses.length]).toEqual([1, stopped.step])
    },
  )

  test.skipIf(!existsSync(PRLIMIT))(
    'fails a run that is stopped meanwhile, which resumes from its last checkpoint',
    async () => {
      const { page, corpus, worker } = await watchedWorker()
      const made = await create(page, corpus, { ...LONG, checkpoints: { everySteps: 20 } })
      await page.until(
        ({ name, args: [entry] }) =>
          name === 'runs.changed' && ((entry as RunEntry).checkpoint?.step ?? 0) >= 20,
      )
      limitFiles(worker(), '100')
      await page.untilState(made.id, 'write-failed')
      await page.calls.runs.stop(made.id)
      const [failed] = await page.calls.runs.list()
      expect(stateAs(failed, 'failed').error).toMatchObject({ code: 'write-failed' })
      const [{ step }] = await page.calls.runs.checkpoints(made.id)
      expect(step).toBeGreaterThanOrEqual(20)
      const from = page.heard.length
      await page.calls.runs.resume(made.id)
      const next = await page.until(
        (event) => event.name === 'runs.steps' && page.heard.indexOf(event) >= from,
      )
      expect((next.args[0] as RunSteps).first).toBe(step + 1)
    },
  )

  test('for a checkpoint pauses the run, which goes on in place, and no step is lost', async () => {
    const { page, corpus, options } = await begin()
    const made = await create(page, corpus, { ...LONG, checkpoints: { everySteps: 20 } })
    const paths = runPaths(join(options.project, 'runs', made.id))
    await page.until(
      ({ name, args: [entry] }) =>
        name === 'runs.changed' && ((entry as RunEntry).checkpoint?.step ?? 0) >= 20,
    )
    const aside = `${paths.checkpoints}-aside`
    await rename(paths.checkpoints, aside)
    const full = await page.untilState(made.id, 'write-failed')
    expect(stateAs(full, 'write-failed').error.message).toContain(paths.checkpoints)
    await rename(aside, paths.checkpoints)
    await page.calls.runs.resume(made.id)
    await page.untilState(made.id, 'running')
    await page.calls.runs.stop(made.id)
    const [entry] = await page.calls.runs.list()
    expect(entry).toMatchObject({ state: { state: 'stopped' }, checkpoint: { step: entry.step } })
    expect(entry.step).toBeGreaterThanOrEqual(full.step)
    const metrics = await page.calls.runs.metrics(made.id, 1)
    expect([metrics.first, metrics.losses.length]).toEqual([1, entry.step])
  })
})
