import { describe, expect, it, vi } from 'vitest'
import { METRICS_LIMIT, type RunMetrics, type RunSteps } from '../../../src-core/contract/runs'
import { Notices } from '../../../src-renderer/state/notices.svelte'
import { Runs } from '../../../src-renderer/state/runs.svelte'
import { Selection } from '../../../src-renderer/state/selection.svelte'

const steps = (first: number, losses: number[]): RunSteps => ({
  run: 'r',
  first,
  losses: Float32Array.from(losses),
  outputs: Float32Array.from(losses),
  learningRate: 0.001,
  tokensPerSecond: 100,
  secondsLeft: 5,
})

const metrics = (first: number, losses: number[]): RunMetrics => ({
  first,
  width: 1,
  losses: Float32Array.from(losses),
  outputs: Float32Array.from(losses),
  epochs: [],
  rates: [],
})

function runsWith(answer: (first: number) => RunMetrics) {
  const ask = vi.fn(async (_run: string, first: number) => answer(first))
  const host = { metrics: ask } as unknown as ConstructorParameters<typeof Runs>[0]['host']
  return { ask, runs: new Runs({ host, notices: new Notices(), selection: new Selection() }) }
}

const settled = async () => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
}

describe('the series of a run', () => {
  it('is loaded once it is looked at, and goes on by what is heard', async () => {
    const { runs, ask } = runsWith((first) => metrics(first, first === 1 ? [3, 2] : []))
    const series = runs.metrics('r')
    await settled()
    runs.steps(steps(3, [1]))
    expect([...series.total]).toEqual([3, 2, 1])
    expect(ask).toHaveBeenCalledTimes(1)
    expect(runs.progress('r')).toMatchObject({ step: 3, secondsLeft: 5 })
  })

  it('asks for what it missed, once at a time, from where it ends', async () => {
    const all = [5, 4, 3, 2, 1]
    const { runs, ask } = runsWith((first) => metrics(first, all.slice(first - 1)))
    const series = runs.metrics('r')
    await settled()
    series.rewind(2)
    runs.steps(steps(4, [2]))
    runs.steps(steps(5, [1]))
    await settled()
    // Again after the answer: the second gap came while the first was being filled.
    expect(ask.mock.calls.map(([, first]) => first)).toEqual([1, 3, 6])
    expect([...series.total]).toEqual(all)
  })

  it('asks on while an answer is full', async () => {
    const full = Array.from({ length: METRICS_LIMIT }, () => 1)
    const { runs, ask } = runsWith((first) => metrics(first, first === 1 ? full : [2]))
    const series = runs.metrics('r')
    await settled()
    await settled()
    expect(ask.mock.calls.map(([, first]) => first)).toEqual([1, METRICS_LIMIT + 1])
    expect(series.lossAt(null, null)).toBe(2)
  })

  it('shows a run that began with a checkpoint from elsewhere, which has no steps before it', async () => {
    const { runs, ask } = runsWith(() => metrics(501, [3, 2]))
    const series = runs.metrics('r')
    await settled()
    runs.steps(steps(503, [1]))
    expect(series.steps).toBe(503)
    expect(series.lossAt(null, 501)).toBe(3)
    expect(ask).toHaveBeenCalledTimes(1)
  })

  it('goes back with its run', async () => {
    const { runs } = runsWith((first) => metrics(first, first === 1 ? [3, 2, 1] : []))
    const series = runs.metrics('r')
    await settled()
    runs.rewound('r', 1)
    expect([...series.total]).toEqual([3])
  })
})
