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
  expect(late).toMatchObject({ first: 59_999, epochs: [epoch], rates: [] })
  expect(late.losses).toEqual(all.losses.slice(-2))
  expect((await readMetrics(path, 60_001)).losses).toHaveLength(0)
  expect(await readLastMetrics(path)).toEqual({ step: 60_000, loss: 2, validation: 3, learningRate: null })
})

test('a run that wrote nothing yet has no metrics', async () => {
  const path = join(await temporaryFolder(), 'metrics.jsonl')
  expect(await readMetrics(path, 1)).toMatchObject({ first: 1, width: 0, epochs: [], rates: [] })
})

test('a long run is read in parts, each with what was noted from the step before it on', async () => {
  const path = join(await temporaryFolder(), 'metrics.jsonl')
  const epochs = [10_000, 20_000, 30_000, 40_000].map((step, at) => ({ ...epoch, epoch: at + 1, step }))
  const lines = Array.from({ length: 40_000 }, (_, at) => {
    const ended = epochs.find(({ step }) => step === at + 1)
    return stepLine(at + 1, at, [at, at]) + (ended ? jsonLine(ended) : '')
  })
  await writeFile(path, jsonLine(rate) + lines.join(''))
  const losses: number[] = []
  const noted: number[] = []
  for (let from = 1; from <= 40_000; from += 7500) {
    const part = await readMetrics(path, from, 7500)
    expect(part.first).toBe(from)
    expect(part.losses).toHaveLength(Math.min(7500, 40_001 - from))
    expect(part.rates).toEqual(from === 1 ? [rate] : [])
    losses.push(...part.losses)
    noted.push(...part.epochs.map(({ step }) => step))
  }
  expect(losses).toEqual(Array.from({ length: 40_000 }, (_, at) => at))
  expect([...new Set(noted)]).toEqual([10_000, 20_000, 30_000, 40_000])
})

test('what was noted at the last step of a part comes with it', async () => {
  const path = join(await temporaryFolder(), 'metrics.jsonl')
  const lines = Array.from({ length: 20_000 }, (_, at) => stepLine(at + 1, at, []))
  lines.splice(10_000, 0, jsonLine({ ...epoch, step: 10_000 }))
  await writeFile(path, lines.join(''))
  for (let from = 9990; from <= 10_002; from++) {
    const { losses, epochs } = await readMetrics(path, from, 1)
    expect(losses).toEqual(Float32Array.of(from - 1))
    if (from === 10_000 || from === 10_001) expect(epochs).toHaveLength(1)
    if (from > 10_001) expect(epochs).toEqual([])
  }
})
