import { describe, expect, test } from 'vitest'
import type { PlanInput } from '../../../src-core/training/plan'
import { Trainer } from '../../../src-core/training/trainer'
import { BATCHES, fakeRun, PLAN, fakeSource, untimed, type FakeRun } from './fake-run'

const STEPS = 2 * BATCHES + 8

/** A whole run, stopped after some step if one is given. */
async function run(plan: PlanInput, from?: FakeRun, stopAfter?: number): Promise<FakeRun> {
  const checkpoint = from ? await from.records.goBack() : null
  const next = fakeRun(plan, from?.records)
  const parts = { ...next.parts, validation: fakeSource(2, 3) }
  const trainer = await Trainer.create(parts, checkpoint)
  next.observer.onStep = (step) => {
    if (step === stopAfter) trainer.stop()
  }
  expect(await trainer.run()).toBe(stopAfter === undefined ? 'done' : 'stopped')
  return next
}

const resultOf = ({ engine, records }: FakeRun) => ({
  states: engine.states,
  metrics: untimed(records.metrics),
  samples: records.samples,
})

describe('a run', () => {
  test('does the steps of its plan, each segment at its rate', async () => {
    const { observer } = await run(PLAN)
    expect(observer.steps.map(({ step }) => step)).toEqual(Array.from({ length: STEPS }, (_, at) => at + 1))
    expect(observer.steps[2 * BATCHES - 1].learningRate).toBe(0.1)
    expect(observer.steps[2 * BATCHES].learningRate).toBe(0.05)
  })

  test('reports the mean losses of an epoch and the loss of what is held out', async () => {
    const { observer, records } = await run(PLAN)
    expect(observer.epochs.map(({ epoch, step }) => [epoch, step])).toEqual([
      [1, BATCHES],
      [2, 2 * BATCHES],
      [3, 3 * BATCHES],
    ])
    const losses = observer.steps.slice(BATCHES, 2 * BATCHES).map(({ loss }) => loss)
    expect(observer.epochs[1].loss).toBeCloseTo(losses.reduce((sum, loss) => sum + loss) / BATCHES, 12)
    expect(observer.epochs[1].validation).toBeGreaterThan(0)
    expect(records.metrics).toContain('{"type":"epoch","epoch":2,"step":10,')
  })

  test('writes a sample every n steps', async () => {
    const { observer, records } = await run(PLAN)
    expect(observer.samples.map(({ step }) => step)).toEqual([3, 6, 9, 12, 15, 18])
    expect(records.samples.split('\n')[0]).toMatch(/^{"step":3,"prime":"a","text":"w=/)
  })

  test('takes a checkpoint at the start, by its cadence, at the end of each epoch and at its own', async () => {
    const { observer } = await run(PLAN)
    expect(observer.standings.map(({ step, endOfEpoch }) => [step, endOfEpoch])).toEqual([
      [0, null],
      [4, null],
      [5, 1],
      [8, null],
      [10, 2],
      [12, null],
      [15, 3],
      [16, null],
      [18, null],
    ])
    expect(observer.standings[2].loss).toBe(observer.epochs[0].validation)
  })

  test('of another seed has other numbers', async () => {
    expect(resultOf(await run({ ...PLAN, seed: 2 }))).not.toEqual(resultOf(await run(PLAN)))
  })
})

describe('a resumed run', () => {
  test.each(Array.from({ length: STEPS - 1 }, (_, at) => at + 1))(
    'that was stopped after step %i gives the numbers of the undisturbed one',
    async (step) => {
      const whole = await run(PLAN)
      const stopped = await run(PLAN, undefined, step)
      const resumed = await run(PLAN, stopped)
      expect(resultOf(resumed)).toEqual(resultOf(whole))
    },
  )

  test('that was stopped while it validated does so again', async () => {
    const whole = await run(PLAN)
    const stopped = fakeRun(PLAN)
    const validation = fakeSource(2, 3)
    let validated = 0
    const trainer = await Trainer.create(
      {
        ...stopped.parts,
        validation: {
          ...validation,
          fillTokens: (...args) => {
            if (++validated === 3) trainer.stop()
            return validation.fillTokens(...args)
          },
        },
      },
      null,
    )
    expect(await trainer.run()).toBe('stopped')
    expect(trainer.step).toBe(2 * BATCHES)
    expect(stopped.observer.epochs).toHaveLength(1)
    expect(resultOf(await run(PLAN, stopped))).toEqual(resultOf(whole))
  })

  test('that was killed goes on from its last checkpoint and takes back what was written after it', async () => {
    const whole = await run(PLAN)
    const killed = await run(PLAN)
    killed.records.checkpoints.length = 4
    expect(resultOf(await run(PLAN, killed))).toEqual(resultOf(whole))
  })
})

describe('between steps', () => {
  test('a pause holds the run, a single step does one, and resuming goes on', async () => {
    const { parts, observer } = fakeRun(PLAN)
    const trainer = await Trainer.create(parts, null)
    const stepsAtPause: number[] = []
    observer.onStep = (step) => {
      if (step === 4) trainer.pause()
    }
    observer.onPause = () => {
      stepsAtPause.push(trainer.step)
      setImmediate(() => void (stepsAtPause.length < 3 ? trainer.stepOnce() : trainer.resume()))
    }
    expect(await trainer.run()).toBe('done')
    expect(stepsAtPause).toEqual([4, 5, 6])
    expect(trainer.step).toBe(STEPS)
  })

  test('a rate set by hand lasts to the end of the segment, is recorded, and is kept by a checkpoint', async () => {
    const { parts, observer, records } = fakeRun(PLAN)
    const trainer = await Trainer.create(parts, null)
    observer.onStep = (step) => {
      if (step === 2) trainer.setLearningRate(0.01)
    }
    await trainer.run()
    const rates = records.metrics.split('\n').filter((line) => line.startsWith('{"type":"rate"'))
    expect(rates).toEqual([
      '{"type":"rate","step":1,"learningRate":0.1,"by":"plan"}',
      '{"type":"rate","step":3,"learningRate":0.01,"by":"hand"}',
      '{"type":"rate","step":11,"learningRate":0.05,"by":"plan"}',
    ])
    expect(records.last().progress.hand).toEqual({ learningRate: 0.01, segment: 0 })
  })

  test.each(['while it runs', 'while it is paused'])(
    'an interlude is brought to its end %s',
    async (when) => {
      const { parts, observer } = fakeRun(PLAN)
      const trainer = await Trainer.create(parts, null)
      let portions = 0
      observer.onStep = (step) => {
        if (step !== 2) return
        if (when.includes('paused')) trainer.pause()
        trainer.interlude(() => {
          portions++
          if (portions === 50) setImmediate(() => void trainer.resume())
          return Promise.resolve(portions === 50)
        })
      }
      expect(await trainer.run()).toBe('done')
      expect(portions).toBe(50)
    },
  )

  test('an interlude is brought to its end before a sample of the plan begins', async () => {
    const { parts, observer } = fakeRun({ ...PLAN, samples: { everySteps: 3 } })
    let portions = 0
    const atSamples: number[] = []
    const sample: typeof parts.sample = () => {
      atSamples.push(portions)
      return Promise.resolve({ prime: '', text: '' })
    }
    const trainer = await Trainer.create({ ...parts, sample }, null)
    observer.onStep = (step) => {
      if (step === 2) trainer.interlude(() => Promise.resolve(++portions === 1000))
    }
    await trainer.run()
    expect(new Set(atSamples)).toEqual(new Set([1000]))
  })

  test('a checkpoint that cannot be written pauses the run, which goes on once there is room', async () => {
    const { parts, observer, records } = fakeRun(PLAN)
    const trainer = await Trainer.create(parts, null)
    observer.onStep = (step) => {
      if (step === 3) records.failure = new Error('no space left on device')
    }
    observer.onPause = () => {
      records.failure = null
      setImmediate(() => void trainer.resume())
    }
    expect(await trainer.run()).toBe('done')
    expect(observer.pauses.map(({ kind }) => kind)).toEqual(['write-failed'])
    expect(observer.standings.map(({ step }) => step)).toContain(STEPS)
  })

  test('one checkpoint is written at a time, while training goes on', async () => {
    const { parts, observer, records } = fakeRun({
      ...PLAN,
      checkpoints: { everySteps: 1, everySeconds: null },
    })
    let writing = 0
    let stepsMeanwhile = 0
    const save = records.save.bind(records)
    records.save = async (checkpoint) => {
      expect(++writing).toBe(1)
      await new Promise((resolve) => setTimeout(resolve, 2))
      await save(checkpoint)
      writing--
    }
    observer.onStep = () => (stepsMeanwhile += writing)
    await (await Trainer.create(parts, null)).run()
    expect(observer.standings.at(-1)?.step).toBe(STEPS)
    expect(observer.pauses).toEqual([])
    expect(stepsMeanwhile).toBeGreaterThan(0)
  })

  test('a run whose last checkpoint cannot be written fails', async () => {
    const { parts, observer, records } = fakeRun(PLAN)
    const trainer = await Trainer.create(parts, null)
    observer.onStep = (step) => {
      if (step === STEPS) records.failure = new Error('no space left on device')
    }
    observer.onPause = () => trainer.stop()
    await expect(trainer.run()).rejects.toThrow('no space left')
  })
})

describe('the guard', () => {
  const EXPLODING = { ...PLAN, segments: [{ steps: 40, learningRate: 40 }], guard: { patience: 2 } }

  test('pauses at the step, keeps the last good checkpoint and refuses to go on', async () => {
    const { parts, observer, records } = fakeRun(EXPLODING)
    const trainer = await Trainer.create(parts, null)
    let refusal: unknown
    observer.onPause = () => {
      trainer.resume().catch((error: unknown) => {
        refusal = error
        trainer.stop()
      })
    }
    expect(await trainer.run()).toBe('stopped')
    expect(observer.pauses).toMatchObject([
      { kind: 'guard', finding: { kind: 'explosion', step: trainer.step, learningRate: 40 } },
    ])
    expect(refusal).toMatchObject({ code: 'guard-stopped' })
    expect(records.last().standing.step).toBeLessThan(trainer.step)
    expect([...(records.last().tensors.get('weight')?.data ?? [])].every(Number.isFinite)).toBe(true)
  })

  test('takes no checkpoint by cadence while the loss is above its margin', async () => {
    const { parts, observer, records } = fakeRun({
      ...EXPLODING,
      checkpoints: { everySteps: 1, everySeconds: null },
      guard: { patience: 4 },
    })
    const trainer = await Trainer.create({ ...parts, batches: fakeSource(1000) }, null)
    observer.onPause = () => trainer.stop()
    await trainer.run()
    expect(records.last().standing.step).toBe(trainer.step - 4)
  })

  test('lets the run be taken back and go on with a smaller rate', async () => {
    const { parts, observer, records } = fakeRun(EXPLODING)
    const trainer = await Trainer.create(parts, null)
    observer.onPause = ({ kind }) => {
      if (kind === 'guard') setImmediate(() => void trainer.goBack(0.01))
    }
    expect(await trainer.run()).toBe('done')
    expect(trainer.step).toBe(40)
    const steps = records.metrics.match(/"type":"step","step":\d+/g) ?? []
    expect(new Set(steps).size).toBe(40)
    expect(steps).toHaveLength(40)
  })

  test('of a resumed run finds what that of the undisturbed run does', async () => {
    const stepOfFinding = async (trainer: Trainer, { observer }: FakeRun) => {
      observer.onPause = () => trainer.stop()
      await trainer.run()
      return trainer.step
    }
    const undisturbed = fakeRun(EXPLODING)
    const end = await stepOfFinding(await Trainer.create(undisturbed.parts, null), undisturbed)

    const first = fakeRun(EXPLODING)
    const stopped = await Trainer.create(first.parts, null)
    first.observer.onStep = (step) => {
      if (step === end - 1) stopped.stop()
    }
    await stopped.run()
    const second = fakeRun(EXPLODING, first.records)
    const resumed = await Trainer.create(second.parts, first.records.last())
    expect(await stepOfFinding(resumed, second)).toBe(end)
  })

  test('keeps broken weights out of the checkpoints', async () => {
    const { parts, engine, observer, records } = fakeRun(PLAN)
    const trainer = await Trainer.create(parts, null)
    observer.onStep = (step) => {
      if (step === 4) engine.states.get('weight')?.data.fill(NaN)
    }
    observer.onPause = () => trainer.stop()
    await trainer.run()
    expect(observer.pauses).toMatchObject([{ kind: 'guard', finding: { kind: 'broken-weights', step: 4 } }])
    expect(records.last().standing.step).toBe(0)
  })
})
