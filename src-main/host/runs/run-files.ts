import { mkdir, readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { METRICS_LIMIT, type CheckpointEntry, type RunMetrics } from '../../../src-core/contract/runs'
import type { TrainedSteps } from '../../../src-core/contract/training'
import { listCheckpoints, readStanding } from '../../store/checkpoint-files'
import { readRun, runPaths, writeRun, type RunRecord } from '../../store/run-folder'
import { lockRun } from '../../store/run-lock'
import { readMetrics } from '../../store/run-metrics'
import { isSystemError } from '../../store/system-errors'

/** Of a run's checkpoints those that are sound, newest first. */
export async function checkpointsOf(folder: string): Promise<CheckpointEntry[]> {
  const entries: CheckpointEntry[] = []
  for (const { path, bytes, written } of await listCheckpoints(runPaths(folder).checkpoints)) {
    const standing = await readStanding(path).catch(() => null)
    if (standing) entries.push({ ...standing, bytes, written })
  }
  return entries
}

/** At most about `METRICS_LIMIT` steps. @param recent the last steps that were told of, some of which may not be on the disk yet */
export async function metricsOf(
  folder: string,
  from: number,
  recent: readonly TrainedSteps[],
): Promise<RunMetrics> {
  const written = await readMetrics(runPaths(folder).metrics, from, METRICS_LIMIT)
  const { epochs, rates } = written
  let { first, width, losses, outputs } = written
  for (const steps of losses.length < METRICS_LIMIT ? recent : []) {
    const next = losses.length > 0 ? first + losses.length : Math.max(from, steps.first)
    const known = next - steps.first
    if (known < 0 || known >= steps.losses.length) continue
    const k = steps.outputs.length / steps.losses.length
    if (losses.length === 0) [first, width] = [next, k]
    losses = joined(losses, steps.losses.subarray(known))
    outputs = joined(outputs, steps.outputs.subarray(known * k))
  }
  return { first, width, losses, outputs, epochs, rates }
}

/**
 * Puts aside what a run has learned and written, in a folder of its own, so that it begins again.
 * @throws UnrollError `run-in-use`
 */
export async function resetRun(folder: string): Promise<void> {
  const paths = runPaths(folder)
  const lock = await lockRun(paths.lock)
  try {
    const record = await readRun(folder)
    const names = await readdir(folder)
    let number = 1
    while (names.includes(`before-reset-${number}`)) number++
    const aside = join(folder, `before-reset-${number}`)
    await mkdir(aside)
    // The checkpoints first: without them the run begins at step 0, and lines that are still there are cut off.
    await moveInto(paths.checkpoints, join(aside, 'checkpoints'))
    await mkdir(paths.checkpoints, { recursive: true })
    await moveInto(paths.metrics, join(aside, 'metrics.jsonl'))
    await moveInto(paths.samples, join(aside, 'samples.jsonl'))
    await writeRun(folder, { ...record, status: { state: 'new' } })
  } finally {
    lock.release()
  }
}

/**
 * Adds a segment of epochs to the plan, at the rate of the last one.
 * @throws UnrollError `run-in-use`
 */
export async function extendRun(folder: string, epochs: number): Promise<void> {
  await changeRun(folder, (record) => {
    const { segments } = record.plan
    const { learningRate } = segments[segments.length - 1]
    const status =
      record.status.state === 'done' ? ({ ...record.status, state: 'stopped' } as const) : record.status
    const plan = { ...record.plan, segments: [...segments, { epochs, learningRate }] }
    return { ...record, plan, status }
  })
}

/**
 * Changes what run.json says while nobody trains the run: its process writes the file whole, by what it knows.
 * @throws UnrollError `run-in-use`, and those of `readRun`
 */
export async function changeRun(
  folder: string,
  change: (record: RunRecord) => RunRecord,
): Promise<RunRecord> {
  const lock = await lockRun(runPaths(folder).lock)
  try {
    const changed = change(await readRun(folder))
    await writeRun(folder, changed)
    return changed
  } finally {
    lock.release()
  }
}

async function moveInto(from: string, to: string): Promise<void> {
  try {
    await rename(from, to)
  } catch (error) {
    // A run that never trained has none.
    if (!isSystemError(error, 'ENOENT')) throw error
  }
}

function joined(a: Float32Array, b: Float32Array): Float32Array<ArrayBuffer> {
  const both = new Float32Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}
