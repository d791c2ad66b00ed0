import { describe, expect, it } from 'vitest'
import { unroll } from '../../../src-core/architecture/unroll'
import type { Tensor } from '../../../src-core/graph/tensor'
import { stepperOf, type Stepper } from '../../../src-core/sampling/stepper'
import { lessonArchitecture } from './documents'
import { Running, shrunk, V } from './running'

const TEXT = [1, 3, 2, 2, 4, 1, 3, 1, 2, 4]

async function inspecting(running: Running): Promise<Stepper> {
  const { network } = running
  return stepperOf(await running.compile(network.step(1, { inspect: true })), network, network.inspected)
}

/** What each circle holds after each token, by its id. */
async function statesOf(running: Running, text: readonly number[]): Promise<Map<string, number[][]>> {
  const stepper = await inspecting(running)
  const states = new Map(running.network.inspected.map(({ shape }) => [shape, [] as number[][]]))
  for (const token of text) {
    await stepper.feed([token])
    for (const [place, held] of stepper.activations().entries()) {
      states.get(running.network.inspected[place].shape)?.push([...held])
    }
  }
  return states
}

function state(running: Running, name: string): Promise<Tensor> {
  return running.engine.read(name)
}

/** relu, as the lesson's recurrent networks have it. */
const relu = (x: number) => Math.max(0, x)

describe('a program that inspects', () => {
  it.each(['sequence-rnn', 'gru', 'stacked-lstm', 'one-hot-rnn', 'simple-rnn', 'eight-characters'] as const)(
    '%s gives the same logits as one that does not',
    async (name) => {
      const running = await Running.start(shrunk(lessonArchitecture(name)))
      const bare = stepperOf(
        await running.compile(running.network.step(1, { carriedAs: 'bare' })),
        running.network,
      )
      const stepper = await inspecting(running)
      for (const token of TEXT) {
        expect([...(await stepper.feed([token]))]).toEqual([...(await bare.feed([token]))])
      }
      expect(bare.activations()).toEqual([])
    },
  )

  it.each(['sequence-rnn', 'gru', 'stacked-lstm'] as const)(
    '%s tells of each circle the state that it carries to the next step',
    async (name) => {
      const running = await Running.start(shrunk(lessonArchitecture(name)))
      const stepper = await inspecting(running)
      const carrying = new Set<string>()
      for (const token of TEXT) {
        await stepper.feed([token])
        for (const [place, held] of stepper.activations().entries()) {
          const { shape } = running.network.inspected[place]
          const carried = await state(running, `step-1/${shape}/carried`).catch(() => null)
          if (!carried) continue
          carrying.add(shape)
          expect([...held]).toEqual([...Float32Array.from(carried.data)])
        }
      }
      expect(carrying.size).toBeGreaterThan(0)
    },
  )

  it('tells of a window’s last column what the loop over the window’s characters comes to', async () => {
    const document = shrunk(lessonArchitecture('simple-rnn'))
    const running = await Running.start(document)
    expect(running.network.stepping).toBe('window')
    const { length } = running.network.window
    const states = await statesOf(running, TEXT)
    const [circle] = running.network.inspected
    expect(circle.steps).not.toBeNull()

    // The same recurrence by hand: h ← relu(h U + b + activation(c W + b)), from the parameters.
    const arrows = new Map(document.arrows.map((arrow) => [arrow.id, arrow]))
    const inner = [...arrows.values()].filter(({ to }) => to === circle.shape)
    const size = states.get(circle.shape)?.[0].length ?? 0
    const rectangle = document.shapes.find(({ kind }) => kind === 'rectangle')
    if (rectangle?.kind !== 'rectangle' || rectangle.source.kind !== 'character') throw new Error('no input')
    const { encoding } = rectangle.source
    if (encoding.kind !== 'embedding') throw new Error('no embedding')
    const embedding = await state(running, `${encoding.color}/embedding`)
    const times = async (color: string, x: readonly number[]) => {
      const weights = await state(running, `${color}/weights`)
      const bias = await state(running, `${color}/bias`).catch(() => null)
      return Array.from({ length: size }, (_, to) =>
        x.reduce((sum, value, from) => sum + value * weights.data[from * size + to], bias?.data[to] ?? 0),
      )
    }
    for (let place = length - 1; place < TEXT.length; place++) {
      let h = Array.from({ length: size }, () => 0)
      for (const read of TEXT.slice(place + 1 - length, place + 1)) {
        const c = [...embedding.data.slice(read * encoding.size, (read + 1) * encoding.size)]
        const sums = Array.from({ length: size }, () => 0)
        for (const { color, from, activation } of inner) {
          const brought = await times(color ?? '', from === circle.shape ? h : c)
          brought.forEach((value, at) => (sums[at] += activation === 'relu' ? relu(value) : value))
        }
        const found = document.shapes.find(({ id }) => id === circle.shape)
        h = found?.kind === 'circle' && found.activation === 'tanh' ? sums.map(Math.tanh) : sums.map(relu)
      }
      states.get(circle.shape)?.[place].forEach((value, at) => expect(value).toBeCloseTo(h[at], 5))
    }
  })

  it('holds in a loop what the last column holds unrolled', async () => {
    const document = shrunk(lessonArchitecture('simple-rnn'))
    const rolled = await Running.start(document)
    const columns = await Running.start(unroll(document))
    const [loop] = rolled.network.inspected
    const last = columns.network.inspected.filter(({ reads }) => reads === columns.network.window.length)
    expect(loop.steps?.to).toBe(columns.network.window.length)
    expect(last).toHaveLength(1)
    const inLoop = (await statesOf(rolled, TEXT)).get(loop.shape)
    const inColumn = (await statesOf(columns, TEXT)).get(last[0].shape)
    for (const [place, held] of (inLoop ?? []).entries()) {
      held.forEach((value, unit) => expect(inColumn?.[place][unit]).toBeCloseTo(value, 5))
    }
  })

  it('holds nothing where the text has not reached a column that it is read into from the beginning', async () => {
    const document = unroll(shrunk(lessonArchitecture('sequence-eight-outputs')))
    const running = await Running.start(document)
    const states = await statesOf(running, TEXT.slice(0, 3))
    for (const { shape, reads } of running.network.inspected) {
      const reached = states.get(shape)?.map((held) => !held.some(Number.isNaN))
      expect(reached).toEqual([1, 2, 3].map((read) => reads <= read))
    }
  })

  it('tells of as many units as a circle has', async () => {
    const running = await Running.start(shrunk(lessonArchitecture('three-characters')))
    expect(running.network.inspected.length).toBeGreaterThan(2)
    const stepper = await inspecting(running)
    await stepper.feed([1, 2, V - 1])
    for (const held of stepper.activations()) expect(held.length).toBeGreaterThan(1)
  })
})
