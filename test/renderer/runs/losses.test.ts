import { describe, expect, it } from 'vitest'
import eight from '../../../resources/architectures/sequence-eight-outputs.json'
import sequence from '../../../resources/architectures/sequence-rnn.json'
import { linesOfRun, runOutputs } from '../../../src-renderer/features/runs/chart-lines'
import { differencesOf } from '../../../src-renderer/features/runs/differences'
import { outputColor } from '../../../src-renderer/features/runs/output-colors'
import { RunSeries } from '../../../src-renderer/features/runs/run-series.svelte'
import { SmoothedLine } from '../../../src-renderer/features/runs/smoothing'
import { fromNats, lossText } from '../../../src-renderer/features/runs/units'

describe('units', () => {
  it('turns ln 2 nats into one bit and a perplexity of two', () => {
    expect(fromNats(Math.LN2, 'nats')).toBe(Math.LN2)
    expect(fromNats(Math.LN2, 'bits')).toBeCloseTo(1, 12)
    expect(fromNats(Math.LN2, 'perplexity')).toBeCloseTo(2, 12)
  })

  it.each([
    [1.874, 'nats', '1.87'],
    [5.1, 'perplexity', '164.0'],
    [60, 'perplexity', '1.14e+26'],
    [1000, 'perplexity', '∞'],
    [Number.NaN, 'bits', 'NaN'],
    [null, 'nats', '–'],
  ] as const)('writes %d %s as %s', (nats, unit, text) => {
    expect(lossText(nats, unit)).toBe(text)
  })
})

describe('outputs of a run', () => {
  it('names the character that each one predicts and adds up their weights', () => {
    const { names, weight } = runOutputs(eight)
    expect(names).toEqual([2, 3, 4, 5, 6, 7, 8, 9].map((place) => `character ${place}`))
    expect(weight).toBe(8)
  })

  it('knows the steps of a triangle in a box, which count as one output', () => {
    const { names, shapes, weight } = runOutputs(sequence)
    expect(names).toHaveLength(8)
    expect(new Set(shapes).size).toBe(1)
    expect(weight).toBeCloseTo(1, 12)
  })

  it('draws nine lines of eight outputs, the total as their mean', () => {
    const series = new RunSeries()
    const outputs = Float32Array.from({ length: 8 }, (_, output) => output)
    series.append({
      run: 'r',
      first: 1,
      losses: Float32Array.of(28),
      outputs,
      learningRate: 1,
      tokensPerSecond: null,
      secondsLeft: null,
    })
    const lines = linesOfRun(series, runOutputs(eight), { theme: 'light', text: '#000000', total: 'mean' })
    expect(lines).toHaveLength(9)
    expect(lines[8].values()[0] / lines[8].divisor).toBe(3.5)
    expect(new Set(lines.map(({ color }) => color)).size).toBe(9)
  })
})

describe('colours of outputs', () => {
  const luminance = (hex: string) => {
    const [r, g, b] = [1, 3, 5].map((at) => {
      const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255
      return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const contrast = (a: string, b: string) => {
    const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x)
    return (light + 0.05) / (dark + 0.05)
  }

  it.each([
    ['light', '#ffffff'],
    ['dark', '#1b1e24'],
  ] as const)('can be seen on the panels of the %s theme, and are all different', (theme, panel) => {
    for (const count of [1, 2, 8, 32]) {
      const colors = Array.from({ length: count }, (_, output) => outputColor(output, count, theme))
      for (const color of colors) expect(contrast(color, panel)).toBeGreaterThanOrEqual(3)
      expect(new Set(colors).size).toBe(count)
    }
  })
})

describe('a smoothed line', () => {
  it('is the line itself where that is level, from the first step on', () => {
    const smoothed = new SmoothedLine(0.99).of(new Float32Array(50).fill(3), 0)
    for (const value of smoothed) expect(value).toBeCloseTo(3, 5)
  })

  it('forgets as fast where a value stands for many steps', () => {
    const step = Float32Array.from({ length: 800 }, (_, at) => (at < 400 ? 4 : 2))
    const thinned = step.filter((_, at) => at % 8 === 0)
    const whole = new SmoothedLine(0.99).of(step, 0)
    expect(new SmoothedLine(0.99).of(thinned, 0, 8).at(-1)).toBeCloseTo(whole[792], 1)
  })

  it('is the same piece by piece, passes over NaN, and begins anew with another edition', () => {
    const line = Float32Array.from({ length: 10_000 }, (_, at) => (at === 7 ? Number.NaN : Math.sin(at) + 2))
    const whole = Float32Array.from(new SmoothedLine(0.9).of(line, 0))
    const growing = new SmoothedLine(0.9)
    for (const end of [3, 3, 100, 9000, 10_000]) growing.of(line.subarray(0, end), 0)
    expect(growing.of(line, 0)).toEqual(whole)
    expect(whole.every(Number.isFinite)).toBe(true)
    expect(growing.of(line.subarray(20), 1)[0]).toBeCloseTo(line[20], 5)
  })
})

describe('what differs', () => {
  it('names the paths and their values, also of what only one has', () => {
    const one = { plan: { batch: 64, optimizer: { kind: 'adam' } }, shapes: [{ id: 'h', size: 256 }] }
    const other = {
      plan: { batch: 64, optimizer: { kind: 'sgd', clipNorm: null } },
      shapes: [
        { id: 'z', size: 1 },
        { id: 'h', size: 128 },
      ],
    }
    expect(differencesOf([one, other])).toEqual([
      { path: 'plan › optimizer › kind', values: ['adam', 'sgd'] },
      { path: 'shapes › h › size', values: ['256', '128'] },
      { path: 'plan › optimizer › clip norm', values: ['', 'none'] },
      { path: 'shapes › z › size', values: ['', '1'] },
    ])
  })

  it('finds nothing between equals', () => {
    expect(differencesOf([eight, { ...eight }, eight])).toEqual([])
  })
})
