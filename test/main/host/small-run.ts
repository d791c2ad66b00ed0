import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PlanInput } from '../../../src-core/training/plan'
import { newRun } from '../../../src-main/host/new-run'
import { readNewestCheckpoint } from '../../../src-main/store/checkpoint-files'
import { runPaths } from '../../../src-main/store/run-folder'
import { untimed } from '../../core/training/fake-run'

/** A loop of a few units with all that makes resuming hard: dropout, carried state, batch normalization. */
const SMALL = {
  format: 'unroll/architecture',
  version: 1,
  name: 'small',
  colors: [
    { id: 'green', letter: 'a' },
    { id: 'orange', letter: 'b', initialization: 'identity' },
    { id: 'blue', letter: 'c' },
    { id: 'grey', letter: 'e' },
  ],
  shapes: [
    {
      kind: 'rectangle',
      id: 'c',
      box: 'loop',
      source: {
        kind: 'character',
        at: 't',
        encoding: { kind: 'embedding', size: 4, color: 'grey', normalization: 'batch' },
      },
    },
    {
      kind: 'circle',
      id: 'h',
      size: 8,
      cell: 'plain',
      activation: 'tanh',
      dropout: { input: 0.1, output: 0.2 },
      box: 'loop',
    },
    { kind: 'triangle', id: 'o', predicts: { character: 't+1' }, box: 'loop' },
  ],
  arrows: [
    { id: 'in', from: 'c', to: 'h', color: 'green' },
    { id: 'again', from: 'h', to: 'h', color: 'orange' },
    { id: 'out', from: 'h', to: 'o', color: 'blue' },
  ],
  boxes: [{ id: 'loop', from: 1, to: 4, stateful: true }],
  plan: { order: 'lanes', batch: 4, validation: 0.2 },
}

/** 30 batches of 4 windows of 4 characters, and some to validate. */
const TEXT = 'the quick brown fox jumps over the lazy dog, again. '.repeat(12)

/** Makes a run of the small network on a small text, in folders of its own below `folder`. */
export async function smallRun(folder: string, plan: PlanInput, text = TEXT): Promise<string> {
  await mkdir(folder, { recursive: true })
  const file = join(folder, 'text.txt')
  await writeFile(file, text)
  process.env.UNROLL_CACHE = join(folder, 'cache')
  const run = join(folder, 'run')
  await newRun({ folder: run, architecture: SMALL, files: [file], plans: [plan] })
  return run
}

/** All that two runs of one seed must agree in. */
export async function resultOf(folder: string) {
  const paths = runPaths(folder)
  const found = await readNewestCheckpoint(paths.checkpoints)
  const { progress, tensors } = found?.checkpoint ?? {}
  return {
    metrics: untimed(await readFile(paths.metrics, 'utf8')),
    samples: await readFile(paths.samples, 'utf8'),
    checkpoints: (await readdir(paths.checkpoints)).sort(),
    step: progress?.step,
    tensors: tensors && new Map([...tensors].sort(([a], [b]) => (a < b ? -1 : 1))),
  }
}

/** Everything in a folder, by name and content. */
export async function contentsOf(folder: string): Promise<[string, string][]> {
  const names = (await readdir(folder, { recursive: true })).sort()
  return Promise.all(
    names.map(async (name) => [name, await readFile(join(folder, name), 'latin1').catch(() => '(a folder)')]),
  )
}
