import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { jsonLine, stepLine } from '../../../src-core/training/metrics'
import { readLastMetrics, readMetrics } from '../../../src-main/store/run-metrics'
import { temporaryFolder } from './temporary-folder'

const epoch = { type: 'epoch', epoch: 1, step: 60_000, loss: 2, outputs: [1, 1], validation: 3, seconds: 1 }
const rate = { type: 'rate', step: 1, learningRate: 0.01, by: 'plan' }

test('lines are read to arrays, from any step on, without one that is cut off', async () => {
  const path = join(await temporaryFolder(), 'metrics.jsonl')
  const lines = Array.from({ length: 60_000 }, (_, at) => stepLine(at + 1, at / 1000, [at / 2000, 1e-6 * at]))
  await writeFile(path, jsonLine(rate) + lines.join('') + jsonLine(epoch) + '{"type":"step","step":60001,"lo')
  const all = await readMetrics(path, 1)
  expect(all).toMatchObject({ first: 1, width: 2, epochs: [epoch], rates: [rate] })
  expect(all.losses).toEqual(Float32Array.from({ length: 60_000 }, (_, at) => at / 1000))
  expect(all.outputs[2 * 59_999 + 1]).toBeCloseTo(0.059999, 6)
  const late = await readMetrics(path, 59_999)
  expect(late).toMatchObject({ first: 59_999, epochs: [epoch] })
  expect(late.losses).toEqual(all.losses.slice(-2))
  expect((await readMetrics(path, 60_001)).losses).toHaveLength(0)
  expect(await readLastMetrics(path)).toEqual({ step: 60_000, loss: 2, validation: 3, learningRate: null })
})

test('a run that wrote nothing yet has no metrics', async () => {
  const path = join(await temporaryFolder(), 'metrics.jsonl')
  expect(await readMetrics(path, 1)).toMatchObject({ first: 1, width: 0, epochs: [], rates: [] })
})
