import { createRequire } from 'node:module'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { referenceProvider } from '../../../src-core/engines/reference/engine'
import type { Engine } from '../../../src-core/graph/engine'
import { TensorFlowEngine } from '../../../src-main/engines/tensorflow/engine'
import { findInstallation } from '../../../src-main/engines/tensorflow/installation'
import { lowerings, type TensorFlow } from '../../../src-main/engines/tensorflow/lowering'
import { tensorflowProvider } from '../../../src-main/engines/tensorflow/provider'
import { opError, trainingDifference, trainSteps } from '../../fixtures/engine-agreement'
import { opTable } from '../../fixtures/op-table'

const reason = await tensorflowProvider.unavailable()
if (reason !== null) process.stderr.write(`\nNOT TESTED: TensorFlow's native backend. ${reason}\n\n`)

const said = reason === null ? '' : ` (DID NOT RUN: ${reason})`
describe.skipIf(reason !== null)(`tensorflow on its native backend${said}`, () => {
  let engine: Engine
  /** By tfjs-core alone, as on any other backend. */
  let plain: Engine
  beforeAll(async () => {
    engine = await tensorflowProvider.create({ threads: 2 })
    plain = new TensorFlowEngine(loaded(), lowerings, engine)
  })
  afterAll(() => Promise.all([engine, plain].map((each) => each.dispose())))

  for (const row of opTable) {
    it(`${row.op}: ${row.label}`, async () => {
      expect(await opError(engine, row)).toBeLessThan(1e-5)
      expect(await opError(plain, row)).toBeLessThan(1e-5)
    })
  }

  for (const name of ['simple-rnn', 'gru', 'stateful-lstm', 'stacked-lstm']) {
    it(`20 training steps of ${name} agree with the reference`, async () => {
      const [reference, other] = [
        await referenceProvider.create({}),
        await tensorflowProvider.create({ threads: 2 }),
      ]
      const [expected, found] = [await trainSteps(reference, name, 20), await trainSteps(other, name, 20)]
      await other.dispose()
      expect(trainingDifference(found, expected)).toBeLessThan(1e-3)
    })
  }

  it('makes the same bits of the same seed', async () => {
    const [first, second] = [0, 1].map(() => tensorflowProvider.create({ threads: 2 }))
    const once = await trainSteps(await first, 'stacked-lstm', 20)
    expect(await trainSteps(await second, 'stacked-lstm', 20)).toEqual(once)
    for (const each of [first, second]) await (await each).dispose()
  })

  it('holds as many tensors after 200 steps as after one', async () => {
    const tf = loaded()
    const [before, other] = [tf.memory().numTensors, await tensorflowProvider.create({ threads: 2 })]
    const counts = new Set<number>()
    await trainSteps(other, 'stateful-lstm', 200, () => counts.add(tf.memory().numTensors))
    await other.dispose()
    expect(counts.size).toBe(1)
    expect(tf.memory().numTensors).toBe(before)
  })
})

/** The package that the provider has loaded. */
function loaded(): TensorFlow {
  return createRequire(import.meta.url)(findInstallation()?.name ?? '') as TensorFlow
}
