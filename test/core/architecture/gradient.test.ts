import { describe, expect, it } from 'vitest'
import type { Architecture } from '../../../src-core/architecture/schema'
import { unroll } from '../../../src-core/architecture/unroll'
import type { Tensor } from '../../../src-core/graph/tensor'
import { lessonArchitecture, lessonNames } from './documents'
import { networks } from './networks'
import { inputsFor, rate, Running, shrunk } from './running'

const STEP = 1e-5

const documents: Record<string, () => Architecture> = { ...networks }
for (const name of ['a plain circle', 'a GRU that resets before the product', 'an LSTM']) {
  documents[`${name}, unrolled`] = () => unroll(networks[name]())
}
for (const name of lessonNames) documents[name] = () => shrunk(lessonArchitecture(name), 4)

describe('gradients of whole networks', () => {
  it.each(Object.keys(documents))('%s: as by finite differences', async (name) => {
    const running = await Running.start(documents[name]())
    const { engine } = running
    const training = running.training()
    const compiled = await running.compile(training)
    const forward = await engine.compile({
      ...training,
      outputs: { loss: training.outputs.loss },
      updates: {},
    })
    const inputs = inputsFor(training, 1, { learningRate: rate(1) })
    const states = new Map<string, Tensor>()
    for (const { name: state } of training.states) states.set(state, await engine.read(state))

    await compiled.run(inputs)
    const gradients = new Map<string, number[]>()
    for (const { name: parameter, role } of training.states) {
      if (role !== 'parameter') continue
      const before = states.get(parameter)?.data ?? []
      const { data } = await engine.read(parameter)
      gradients.set(
        parameter,
        Array.from(data, (value, i) => before[i] - value),
      )
    }
    expect(gradients.size).toBeGreaterThan(2)
    for (const [state, value] of states) await engine.write(state, value)

    let learned = 0
    for (const [parameter, gradient] of gradients) {
      const { data, ...type } = states.get(parameter) ?? never()
      const lossAt = async (place: number, by: number) => {
        const moved = Float64Array.from(data)
        moved[place] += by
        await engine.write(parameter, { ...type, data: moved })
        return (await forward.run(inputs)).loss.data[0]
      }
      let error = 0
      let size = 1e-8
      for (let i = 0; i < gradient.length; i++) {
        const numeric = ((await lossAt(i, STEP)) - (await lossAt(i, -STEP))) / (2 * STEP)
        error += (numeric - gradient[i]) ** 2
        size += numeric ** 2
      }
      await engine.write(parameter, { ...type, data })
      expect(Math.sqrt(error / size), parameter).toBeLessThan(1e-6)
      if (size > 1e-6) learned++
    }
    // A bias before a batch normalization has no effect, which takes the mean away.
    const idle = name.includes('batch normalization before') ? 1 : 0
    expect(learned).toBe(gradients.size - idle)
  })
})

function never(): never {
  throw new Error('every parameter has a value')
}
