import { describe, expect, it } from 'vitest'
import { planSchema } from '../../../src-core/training/plan'
import type { ChartLine } from '../../../src-renderer/features/runs/chart-lines'
import { Painter, type PictureOptions, visibleSteps } from '../../../src-renderer/features/runs/chart-picture'
import { chartSvg } from '../../../src-renderer/features/runs/chart-svg'
import { planChanges } from '../../../src-renderer/features/runs/plan-changes'
import { epochOf, smallerRate } from '../../../src-renderer/features/runs/run-words'
import { epochTicks, linearTicks, logTicks, tickText } from '../../../src-renderer/features/runs/ticks'

function lineOf(values: number[], divisor = 1, stride = 1): ChartLine {
  return {
    source: values,
    key: 'one',
    label: 'character <2>',
    color: '#123456',
    output: 0,
    values: () => Float32Array.from(values),
    steps: () => values.length * stride,
    stride: () => stride,
    edition: () => 0,
    lossAt: (step) => values[(step ?? values.length) - 1],
    divisor,
    width: 1,
  }
}
const options: PictureOptions = {
  unit: 'nats',
  logX: false,
  logY: false,
  smooth: false,
  view: null,
  columns: 100,
  hidden: new Set(),
  highlighted: null,
}

describe('a picture of lines', () => {
  it('draws every step in the unit asked for, a step from 1, a mean where there is a divisor', () => {
    const [{ points }] = new Painter().paint([lineOf([0, 2], 2)], { ...options, unit: 'perplexity' }).lines
    expect(points).toEqual([
      { x: 1, y: 1 },
      { x: 2, y: Math.E },
    ])
  })

  it('draws the values of a thinned line where their steps are, also between two of them', () => {
    const line = lineOf([5, 4, 3, 2], 1, 8)
    const picture = new Painter().paint([line], options)
    expect(picture.x).toMatchObject({ min: 1, max: 32 })
    expect(picture.lines[0].points).toEqual([5, 4, 3, 2].map((y, at) => ({ x: 8 * at + 1, y })))
    const view = { first: 11, last: 14, follows: false }
    const [{ points }] = new Painter().paint([line], { ...options, view }).lines
    expect(points.every(({ y }) => Number.isFinite(y))).toBe(true)
    expect(points.map(({ x }) => x)).toContain(9)
  })

  it('draws lines of different strides side by side', () => {
    const [one, two] = [lineOf([1, 2, 3, 4]), lineOf([1, 4], 1, 2)]
    const { lines } = new Painter().paint([one, { ...two, key: 'two' }], options)
    expect(lines.map(({ points }) => points.map(({ x }) => x))).toEqual([
      [1, 2, 3, 4],
      [1, 3],
    ])
  })

  it('takes nothing over from another line of the same key', () => {
    const painter = new Painter()
    const shown = { ...options, smooth: true }
    painter.paint([lineOf([4, 16, 16, 16])], shown)
    const { lines } = painter.paint([lineOf([4, 3, 2, 1])], shown)
    expect(lines).toEqual(new Painter().paint([lineOf([4, 3, 2, 1])], shown).lines)
  })

  it('has a smoothed line only over its raw one', () => {
    const { lines } = new Painter().paint([lineOf([1, 2, 3])], { ...options, smooth: true })
    expect(lines.map(({ opacity }) => opacity < 1)).toEqual([true, false])
  })

  it('leaves hidden lines out, and the axis is sound without any', () => {
    const picture = new Painter().paint([lineOf([1, 2])], { ...options, hidden: new Set(['one']) })
    expect(picture.lines).toEqual([])
    expect(picture.y.max).toBeGreaterThan(picture.y.min)
  })

  it('does not let the first falling steps scale the axis, but an explosion does', () => {
    const falling = Array.from({ length: 1000 }, (_, step) => (step < 5 ? 100 : 2))
    expect(new Painter().paint([lineOf(falling)], options).y.max).toBeLessThan(3)
    const exploding = falling.map((loss, step) => (step > 990 ? 50 : loss))
    expect(new Painter().paint([lineOf(exploding)], options).y.max).toBeGreaterThanOrEqual(50)
  })

  it('writes gaps where the loss is no number', () => {
    const picture = new Painter().paint([lineOf([1, Number.NaN, 2, 3])], options)
    const svg = chartSvg({
      title: 'a & b',
      picture,
      marks: { references: [{ label: 'bigram', loss: 2 }], validation: [], rates: [], batches: 2 },
      unit: 'nats',
      lines: [lineOf([1, Number.NaN, 2, 3])],
      hidden: new Set(),
      colors: { text: '#000', faint: '#888', grid: '#eee', panel: '#fff' },
    })
    const document = new DOMParser().parseFromString(svg, 'image/svg+xml')
    expect(document.querySelector('parsererror')).toBeNull()
    const path = document.querySelector('g path')?.getAttribute('d') ?? ''
    expect(path.match(/M/g)).toHaveLength(2)
    expect(document.querySelector('title')?.textContent).toBe('a & b')
    expect(svg).not.toContain('NaN')
    expect(svg).toContain('character &lt;2&gt;')
    expect(svg).toContain('bigram')
  })

  it('follows the newest step in a view that does', () => {
    expect(visibleSteps({ first: 50, last: 99, follows: true }, 200)).toEqual({ first: 151, last: 200 })
    expect(visibleSteps({ first: 50, last: 99, follows: false }, 200)).toMatchObject({ first: 50, last: 99 })
    expect(visibleSteps(null, 0)).toEqual({ first: 1, last: 1 })
  })
})

describe('ticks', () => {
  it('are round and inside', () => {
    expect(linearTicks(1.73, 3.2, 5)).toEqual([2, 2.5, 3])
    expect(linearTicks(1, 100_000, 4)).toEqual([25_000, 50_000, 75_000, 100_000])
    expect(linearTicks(2, 2, 5)).toEqual([])
    expect(logTicks(1, 1000, 12)).toEqual([1, 2, 5, 10, 20, 50, 100, 200, 500, 1000])
    expect(logTicks(1, 1e6, 4)).toEqual([1, 10, 100, 1000, 1e4, 1e5, 1e6])
    expect(logTicks(2.2, 2.4, 2)).toEqual([2.2, 2.3, 2.4])
  })

  it('name epochs no closer than asked for', () => {
    expect(epochTicks(1, 50, 10, 15)).toEqual([
      { epoch: 2, step: 20 },
      { epoch: 4, step: 40 },
    ])
    expect(epochTicks(1, 5000, 10, 990).map(({ epoch }) => epoch)).toEqual([100, 200, 300, 400, 500])
    expect(epochTicks(1, 50, 0, 10)).toEqual([])
  })

  it('have the decimals that tell them apart', () => {
    expect(tickText(2, [2, 2.5, 3])).toBe('2.0')
    expect(tickText(50_000, [25_000, 50_000])).toBe('50,000')
  })
})

describe('changes of a plan', () => {
  const base = planSchema.parse({})

  it('are none between equals', () => {
    expect(planChanges(base, planSchema.parse({}))).toEqual({})
  })

  it('say groups by setting, lists whole', () => {
    const segments = [{ epochs: 3, learningRate: 0.01 }]
    const other = { ...base, segments, guard: { ...base.guard, margin: null }, threads: 2 }
    expect(planChanges(base, other)).toEqual({ segments, guard: { margin: null }, threads: 2 })
  })

  it('say another optimizer whole and the same one by setting', () => {
    const sgd = { kind: 'sgd', clipNorm: null, clipValue: null } as const
    expect(planChanges(base, { ...base, optimizer: sgd })).toEqual({ optimizer: sgd })
    const clipped = { ...base, optimizer: { ...base.optimizer, clipNorm: 5 } }
    expect(planChanges(base, clipped)).toEqual({ optimizer: { clipNorm: 5 } })
  })
})

describe('words of a run', () => {
  it('count epochs from 1, also before the first step and at the end', () => {
    const plan = { totalSteps: 30, batches: 10 }
    expect([0, 1, 10, 11, 30].map((step) => epochOf({ ...plan, step }).epoch)).toEqual([1, 1, 1, 2, 3])
    expect(epochOf({ ...plan, step: 0 }).of).toBe(3)
  })

  it('propose a tenth of a rate after an explosion', () => {
    expect(smallerRate(0.001)).toBe(0.0001)
    expect(smallerRate(0)).toBeGreaterThan(0)
  })
})
