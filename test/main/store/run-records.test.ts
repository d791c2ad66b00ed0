import { readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { CheckpointStanding } from '../../../src-core/training/checkpoint'
import { Trainer } from '../../../src-core/training/trainer'
import type { PlanInput } from '../../../src-core/training/plan'
import { AppendFile } from '../../../src-main/store/append-file'
import { namesToKeep, readCheckpoint, readNewestCheckpoint } from '../../../src-main/store/checkpoint-files'
import { createRun, runPaths } from '../../../src-main/store/run-folder'
import { RunFiles } from '../../../src-main/store/run-records'
import { CORPUS, fakeRun, untimed } from '../../core/training/fake-run'
import { temporaryFolder } from './temporary-folder'

const PLAN = {
  segments: [{ steps: 23, learningRate: 0.1 }],
  checkpoints: { everySteps: 4, everySeconds: null },
  samples: { everySteps: 3 },
} satisfies PlanInput

async function newFolder(): Promise<string> {
  const folder = join(await temporaryFolder(), 'run')
  await createRun(folder, {
    architecture: {},
    plan: fakeRun(PLAN).parts.plan,
    corpus: CORPUS,
    encodedCorpus: '',
    engine: { name: 'fake', threads: null },
    versions: {},
  })
  return folder
}

/** Trains in a folder from its newest checkpoint on. */
async function train(folder: string, stopAfter?: number): Promise<void> {
  const found = await readNewestCheckpoint(runPaths(folder).checkpoints)
  const files = await RunFiles.open(folder, found)
  const { parts, observer } = fakeRun(PLAN)
  const trainer = await Trainer.create({ ...parts, records: files }, found?.checkpoint ?? null)
  observer.onStep = (step) => {
    if (step === stopAfter) trainer.stop()
  }
  await trainer.run()
  await files.close()
}

async function resultOf(folder: string) {
  const paths = runPaths(folder)
  const found = await readNewestCheckpoint(paths.checkpoints)
  return {
    metrics: untimed(await readFile(paths.metrics, 'utf8')),
    samples: await readFile(paths.samples, 'utf8'),
    step: found?.checkpoint.progress.step,
    tensors: found?.checkpoint.tensors,
  }
}

describe('a run on disk', () => {
  test.each([1, 6, 10, 22])(
    'that is stopped after step %i and resumed is the undisturbed one',
    async (step) => {
      const whole = await newFolder()
      await train(whole)
      const cut = await newFolder()
      await train(cut, step)
      await train(cut)
      expect(await resultOf(cut)).toEqual(await resultOf(whole))
    },
  )

  test('cuts off lines that were written after the checkpoint', async () => {
    const whole = await newFolder()
    await train(whole)
    const cut = await newFolder()
    await train(cut, 6)
    await writeFile(runPaths(cut).metrics, '{"type":"step","step":7', { flag: 'a' })
    await train(cut)
    expect(await resultOf(cut)).toEqual(await resultOf(whole))
  })

  test('has all lines on the disk that a checkpoint names', async () => {
    const folder = await newFolder()
    await train(folder, 3)
    const found = await readNewestCheckpoint(runPaths(folder).checkpoints)
    const files = await RunFiles.open(folder, found)
    files.appendMetrics('{"type":"step"}\n')
    if (found) await files.save({ ...found.checkpoint, written: files.written })
    expect((await readFile(runPaths(folder).metrics, 'utf8')).endsWith('\n{"type":"step"}\n')).toBe(true)
    await files.close()
  })

  test('refuses to go on where lines before the checkpoint are missing', async () => {
    const folder = await newFolder()
    await train(folder, 6)
    await truncate(runPaths(folder).metrics, 10)
    await expect(train(folder)).rejects.toMatchObject({ code: 'lines-missing' })
    expect(await readFile(runPaths(folder).metrics, 'utf8')).toHaveLength(10)
  })

  test('falls back to the checkpoint before a damaged one, and says so', async () => {
    const whole = await newFolder()
    await train(whole)
    const folder = await newFolder()
    await train(folder, 10)
    const newest = join(runPaths(folder).checkpoints, 'step-00000010.safetensors')
    await truncate(newest, 700)
    const found = await readNewestCheckpoint(runPaths(folder).checkpoints)
    expect(found?.checkpoint.standing.step).toBe(8)
    expect(found?.skipped).toMatchObject([{ path: newest, error: { code: 'safetensors-truncated' } }])
    await train(folder)
    expect(await resultOf(folder)).toEqual(await resultOf(whole))
  })

  test('whose checkpoints are all damaged is refused and left as it is', async () => {
    const folder = await newFolder()
    await train(folder, 6)
    const { checkpoints } = runPaths(folder)
    for (const name of await readdir(checkpoints)) await truncate(join(checkpoints, name), 5)
    const names = await readdir(checkpoints)
    await expect(readNewestCheckpoint(checkpoints)).rejects.toMatchObject({ code: 'no-good-checkpoint' })
    expect(await readdir(checkpoints)).toEqual(names)
  })

  test('removes what was cut off while it was written', async () => {
    const folder = await newFolder()
    await writeFile(join(runPaths(folder).checkpoints, 'partial-1-step-00000001.safetensors'), 'x')
    await train(folder)
    expect(
      (await readdir(runPaths(folder).checkpoints)).filter((name) => name.startsWith('partial')),
    ).toEqual([])
  })

  test('keeps the newest checkpoints and those at the ends of epochs', async () => {
    const folder = await newFolder()
    await train(folder)
    const steps = ['05', '10', '15', '16', '20', '23']
    expect((await readdir(runPaths(folder).checkpoints)).sort()).toEqual(
      steps.map((step) => `step-000000${step}.safetensors`),
    )
  })

  test('names a checkpoint that is not there', async () => {
    await expect(readCheckpoint('/nowhere/step-00000001.safetensors')).rejects.toMatchObject({
      code: 'file-not-found',
    })
  })
})

test('of many checkpoints the newest three, the last ten epochs and the best one are kept', () => {
  const standings = new Map<string, CheckpointStanding>()
  for (let step = 0; step <= 205; step++) {
    const endOfEpoch = step > 0 && step % 10 === 0 ? step / 10 : null
    standings.set(String(step), { step, endOfEpoch, loss: endOfEpoch && Math.abs(endOfEpoch - 4) })
  }
  const epochs = [110, 120, 130, 140, 150, 160, 170, 180, 190, 200]
  expect([...namesToKeep(standings)].map(Number).sort((a, b) => a - b)).toEqual([
    40,
    ...epochs,
    203,
    204,
    205,
  ])
})

describe('a file that grows by lines', () => {
  test('has them on the disk once it is flushed', async () => {
    const path = join(await temporaryFolder(), 'lines')
    const file = await AppendFile.open(path, 0)
    file.append('één\n')
    expect(file.written).toBe(6)
    file.append('two\n')
    await file.flush()
    expect(await readFile(path, 'utf8')).toBe('één\ntwo\n')
    await file.cutTo(6)
    file.append('three\n')
    await file.flush()
    await file.close()
    expect(await readFile(path, 'utf8')).toBe('één\nthree\n')
  })

  test('is cut to the length that it is opened with', async () => {
    const path = join(await temporaryFolder(), 'lines')
    await writeFile(path, 'kept\nlost\n')
    await (await AppendFile.open(path, 5)).close()
    expect(await readFile(path, 'utf8')).toBe('kept\n')
  })

  test('keeps what a full disk refuses, and says so', async () => {
    const file = await AppendFile.open('/dev/full', 0)
    file.append('lost?\n')
    await expect(file.flush()).rejects.toMatchObject({ code: 'write-failed' })
    expect(file.failure).toMatchObject({
      code: 'write-failed',
      message: expect.stringContaining('/dev/full') as string,
    })
    await file.close()
  })
})
