import { describe, expect, it } from 'vitest'
import { METRICS_LIMIT, type RunMetrics, type RunSteps } from '../../../src-core/contract/runs'
import { seriesCsv } from '../../../src-renderer/features/runs/series-csv'
import { RunSeries } from '../../../src-renderer/features/runs/run-series.svelte'

/** Steps whose losses say which step and output they are of: 100 · step + output. */
function stepsFrom(first: number, count: number, width = 2, learningRate = 0.001): RunSteps {
  const losses = Float32Array.from({ length: count }, (_, at) => first + at)
  const outputs = Float32Array.from(
    { length: count * width },
    (_, at) => 100 * (first + Math.floor(at / width)) + (at % width),
  )
  return { run: 'r', first, losses, outputs, learningRate, tokensPerSecond: null, secondsLeft: null }
}

function metricsFrom(first: number, count: number, width = 2): RunMetrics {
  const { losses, outputs } = stepsFrom(first, count, width)
  const epochs = [
    { type: 'epoch', epoch: 1, step: 4, loss: 1, outputs: [1, 1], validation: 1.5, seconds: 1 },
  ] as const
  return {
    first,
    width,
    losses,
    outputs,
    epochs: epochs.map((line) => ({ ...line, outputs: [...line.outputs] })),
    rates: [
      { type: 'rate', step: 1, learningRate: 0.001, by: 'plan' },
      { type: 'rate', step: 3, learningRate: 0.0005, by: 'hand' },
    ],
  }
}

describe('RunSeries', () => {
  it('keeps every step of every output while it grows', () => {
    const series = new RunSeries()
    for (let first = 1; first <= 30_000; first += 37)
      expect(series.append(stepsFrom(first, 37, 3))).toBe('taken')
    expect(series.width).toBe(3)
    for (const at of [0, 4095, 4096, 20_000, series.steps - 1]) {
      expect(series.total[at]).toBe(at + 1)
      for (let output = 0; output < 3; output++)
        expect(series.output(output)[at]).toBe(100 * (at + 1) + output)
    }
  })

  it('reports a gap and takes nothing of what lies behind it', () => {
    const series = new RunSeries()
    series.append(stepsFrom(1, 5))
    const { version } = series
    expect(series.append(stepsFrom(7, 2))).toBe('gap')
    expect(series.load(metricsFrom(7, 2))).toBe('gap')
    expect(series.steps).toBe(5)
    expect(series.version).toBe(version)
  })

  it('takes from steps that overlap only the new ones', () => {
    const series = new RunSeries()
    series.append(stepsFrom(1, 5))
    const overlapping = stepsFrom(4, 4)
    overlapping.losses[0] = -1
    expect(series.append(overlapping)).toBe('taken')
    expect([...series.total]).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect([...series.output(1)]).toEqual([101, 201, 301, 401, 501, 601, 701])
    const { version } = series
    series.append(stepsFrom(2, 3))
    expect(series.version).toBe(version)
  })

  it('replaces its end by what is loaded', () => {
    const series = new RunSeries()
    series.append(stepsFrom(1, 9))
    const { edition } = series
    series.load(metricsFrom(4, 3))
    expect(series.steps).toBe(6)
    expect(series.edition).not.toBe(edition)
    expect(series.rateAt(2)).toBe(0.001)
    expect(series.rateAt(3)).toBe(0.0005)
  })

  it('keeps what was noted before the answer that it takes', () => {
    const series = new RunSeries()
    series.load(metricsFrom(1, 9))
    const late = { type: 'epoch', epoch: 2, step: 12, loss: 1, validation: 1, seconds: 1 } as const
    series.load({ ...metricsFrom(10, 3), epochs: [{ ...late, outputs: [1, 1] }], rates: [] })
    expect(series.epochs.map(({ step }) => step)).toEqual([4, 12])
    expect(series.rates.map(({ step }) => step)).toEqual([1, 3])
  })

  it('begins with a later step where there are none before', () => {
    const series = new RunSeries()
    series.skipTo(101)
    expect(series.append(stepsFrom(101, 2))).toBe('taken')
    expect(series.steps).toBe(102)
    expect(series.total[99]).toBeNaN()
    expect(series.output(1)[99]).toBeNaN()
    expect(series.output(1)[101]).toBe(10_201)
  })

  it('goes back, with the epochs and rates behind', () => {
    const series = new RunSeries()
    series.load(metricsFrom(1, 6))
    series.rewind(3)
    expect(series.steps).toBe(3)
    expect(series.epochs).toHaveLength(0)
    expect(series.rates).toHaveLength(2)
    series.rewind(0)
    expect(series.total).toHaveLength(0)
    expect(series.append(stepsFrom(1, 2, 5))).toBe('taken')
    expect(series.width).toBe(5)
  })

  it('stops to grow, and still shows the lowest, the highest and the newest', () => {
    const series = new RunSeries(64)
    for (let first = 1; first <= 10_000; first += 37) series.append(stepsFrom(first, 37, 1))
    expect(series.steps).toBe(10_027)
    expect(series.total.length).toBeLessThanOrEqual(64)
    expect(series.total[0]).toBe(1)
    expect(series.total.length * series.stride).toBeGreaterThan(series.steps - 2 * series.stride)
    series.total.forEach((value, at) => {
      const step = at * series.stride + 1
      expect(Math.abs(value - step)).toBeLessThan(2 * series.stride)
    })
    expect(series.lossAt(null, null)).toBe(10_027)
    expect(series.lossAt(0, null)).toBe(1_002_700)
    expect(series.lossAt(null, 10_028)).toBeUndefined()
    const at = series.lossAt(null, 5000) ?? Number.NaN
    expect(Math.abs(at - 5000)).toBeLessThan(2 * series.stride)
  })

  it('tells by its edition that it was thinned', () => {
    const series = new RunSeries(64)
    series.append(stepsFrom(1, 64))
    expect(series.edition).toBe(0)
    series.append(stepsFrom(65, 1))
    expect(series.edition).toBe(1)
  })

  it('goes back and on again when it is thinned', () => {
    const series = new RunSeries(64)
    series.append(stepsFrom(1, 500))
    series.rewind(301)
    expect(series.steps).toBe(301)
    expect(series.total.every((value) => value <= 301)).toBe(true)
    series.append(stepsFrom(302, 5000))
    expect(series.steps).toBe(5301)
    series.total.forEach((value, at) => {
      expect(Math.abs(value - at * series.stride - 1)).toBeLessThan(2 * series.stride)
    })
    series.rewind(0)
    series.append(stepsFrom(1, 3))
    expect([...series.total]).toEqual([1, 2, 3])
  })

  it('notes a rate that it hears of with the steps', () => {
    const series = new RunSeries()
    series.append(stepsFrom(1, 2))
    series.append(stepsFrom(3, 2))
    series.append(stepsFrom(5, 2, 2, 0.5))
    expect(series.rates.map(({ learningRate }) => learningRate)).toEqual([0.001, 0.5])
    expect(series.rateAt(0)).toBeNull()
  })
})

describe('seriesCsv', () => {
  const textOf = async (parts: readonly RunMetrics[], names: readonly string[]) => {
    const left = [...parts]
    const bytes = await seriesCsv(async (from) => {
      const part = left.shift()
      if (part?.first !== from) throw new Error(`asked for steps from ${from} on`)
      return part
    }, names)
    return new TextDecoder().decode(bytes)
  }

  it('writes every step with its rate, and numbers as short as they can be', async () => {
    const losses = Float32Array.of(1.87, 2, Number.NaN, 1e-7, 16.777216)
    const names = ['character 2', 'character 3, "a"']
    const lines = (await textOf([{ ...metricsFrom(1, 5), losses }], names)).split('\r\n')
    expect(lines[0]).toBe('step,learning rate,total,character 2,"character 3, ""a""",validation')
    expect(lines[1]).toBe('1,0.001,1.87,100,101,')
    expect(lines[3]).toBe('3,0.0005,NaN,300,301,')
    expect(lines[4]).toBe('4,0.0005,1e-7,400,401,1.5')
    expect(Math.fround(Number(lines[5].split(',')[2]))).toBe(Math.fround(16.777216))
    expect(lines).toHaveLength(7)
  })

  it('writes more steps than one answer of the host has', async () => {
    const next = { ...metricsFrom(METRICS_LIMIT + 1, 2, 1), epochs: [], rates: [] }
    const text = await textOf([metricsFrom(1, METRICS_LIMIT, 1), next], ['character 4'])
    const lines = text.trimEnd().split('\r\n')
    expect(lines).toHaveLength(METRICS_LIMIT + 3)
    const last = METRICS_LIMIT + 2
    expect(lines[last].split(',').slice(0, 3)).toEqual([`${last}`, '0.0005', `${last}`])
  })
})
