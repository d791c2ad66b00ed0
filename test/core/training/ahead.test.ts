import { describe, expect, test } from 'vitest'
import type { Engine } from '../../../src-core/graph/engine'
import { Trainer } from '../../../src-core/training/trainer'
import { BATCHES, fakeRun, PLAN, fakeSource, untimed, type FakeRun } from './fake-run'

/** The same engine, whose outputs come some turns later; it tells how many runs were under way at most. */
function late(engine: Engine, ahead: number): Engine & { most: number } {
  let underway = 0
  const slow: Engine & { most: number } = {
    name: engine.name,
    device: engine.device,
    threads: 1,
    ahead,
    most: 0,
    read: (state) => {
      expect(underway, 'nothing is under way while somebody looks').toBe(0)
      return engine.read(state)
    },
    write: (state, value) => engine.write(state, value),
    dispose: () => engine.dispose(),
    compile: async (program) => {
      const compiled = await engine.compile(program)
      return {
        dispose: () => compiled.dispose(),
        run: async (inputs) => {
          const outputs = compiled.run(inputs)
          slow.most = Math.max(slow.most, ++underway)
          for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
          underway--
          return outputs
        },
      }
    },
  }
  return slow
}

async function run(ahead: number, act: (step: number, trainer: Trainer) => void = () => undefined) {
  const fake = fakeRun(PLAN)
  const engine = late(fake.engine, ahead)
  const trainer = await Trainer.create({ ...fake.parts, engine, validation: fakeSource(2, 3) }, null)
  fake.observer.onStep = (step) => act(step, trainer)
  fake.observer.onPause = () => setImmediate(() => void trainer.resume())
  return { fake, engine, trainer, end: await trainer.run() }
}

const resultOf = ({ engine, records, observer }: FakeRun) => ({
  states: engine.states,
  metrics: untimed(records.metrics),
  samples: records.samples,
  steps: observer.steps,
  checkpoints: records.checkpoints.length,
})

describe('an engine that takes the next steps before the losses of the last are back', () => {
  test('gives the same run, line by line', async () => {
    const [one, four] = [await run(1), await run(4)]
    expect(one.engine.most).toBe(1)
    expect(four.engine.most).toBeGreaterThan(1)
    expect(four.engine.most).toBeLessThanOrEqual(4)
    expect(resultOf(four.fake)).toEqual(resultOf(one.fake))
  })

  test('comes to its end before a pause, and before the run stops', async () => {
    const paused = await run(4, (step, trainer) => {
      if (step === 7) trainer.pause()
    })
    expect(paused.fake.observer.pauses).toEqual([{ kind: 'asked' }])
    expect(resultOf(paused.fake).steps).toEqual(resultOf((await run(1)).fake).steps)
    const stopped = await run(4, (step, trainer) => {
      if (step === BATCHES + 1) trainer.stop()
    })
    expect(stopped.end).toBe('stopped')
    expect(stopped.fake.records.last().progress.step).toBe(stopped.trainer.step)
  })

  test('tells the first error, and nothing stays unhandled', async () => {
    const fake = fakeRun(PLAN)
    const engine = late(fake.engine, 4)
    const compile = engine.compile.bind(engine)
    let runs = 0
    engine.compile = async (program) => {
      const compiled = await compile(program)
      const broken = () => program.name === 'training' && ++runs > 5
      return {
        ...compiled,
        run: async (inputs) => {
          if (broken()) throw new Error(`the device is gone at run ${runs}`)
          return compiled.run(inputs)
        },
      }
    }
    const trainer = await Trainer.create({ ...fake.parts, engine }, null)
    await expect(trainer.run()).rejects.toThrow('at run 6')
    expect(trainer.step).toBe(5)
  })
})
