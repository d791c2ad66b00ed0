import { describe, expect, it } from 'vitest'
import { roll } from '../../../src-core/architecture/roll'
import { unroll } from '../../../src-core/architecture/unroll'
import type { Tensor } from '../../../src-core/graph/tensor'
import { lessonArchitecture, lessonNames, oneEmbedding, smallColumns } from './documents'
import { networks } from './networks'
import { B, expectSame, inputsFor, Running, shrunk, V, withoutOutputDropout } from './running'

const rolledNames = lessonNames.filter((name) => lessonArchitecture(name).boxes.length > 0)

describe('the two views of a document', () => {
  it.each(rolledNames)('%s gives the same rolled and unrolled', async (name) => {
    const document = shrunk(lessonArchitecture(name))
    await expectSame(document, unroll(document))
  })

  it.each(Object.keys(networks))('%s: the same rolled and unrolled', async (name) => {
    const document = withoutOutputDropout(networks[name]())
    await expectSame(document, unroll(document))
  })

  it.each(['three-characters', 'eight-characters', 'sequence-eight-outputs'] as const)(
    '%s with one embedding gives the same unrolled and rolled',
    async (name) => {
      const document = shrunk(oneEmbedding(lessonArchitecture(name)))
      await expectSame(document, roll(document))
    },
  )

  it('a document drawn by hand gives the same rolled', () => expectSame(smallColumns(), roll(smallColumns())))
})

describe('characters', () => {
  it.each(['embedded', 'one-hot'])('%s are read from their places', async (encoding) => {
    const running = await Running.start(networks[`${encoding} characters in a loop that begins later`]())
    const evaluation = running.network.evaluation(B)
    const compiled = await running.compile(evaluation)
    const lossesWith = async (character: number, token: number) => {
      const { tokens } = inputsFor(evaluation)
      const data = tokens.data.map((value, place) =>
        Math.floor(place / B) === character - 1 ? token : value,
      )
      return Array.from((await compiled.run({ tokens: { ...tokens, data } })).losses.data)
    }
    expect(await lossesWith(1, 1)).toEqual(await lossesWith(1, 2))
    expect(await lossesWith(2, 1)).not.toEqual(await lossesWith(2, 2))
  })
})

describe('stepping', () => {
  it.each(['sequence-rnn', 'gru', 'stacked-lstm', 'stateful-lstm', 'one-hot-rnn'] as const)(
    '%s continues character by character with the losses of a window',
    async (name) => {
      const running = await Running.start(shrunk(lessonArchitecture(name)))
      expect(running.network.stepping).toBe('carried')
      const evaluation = running.network.evaluation(B)
      const compiled = await running.compile(evaluation)
      const fresh: Tensor = { dtype: 'bool', shape: [B], data: new Uint8Array(B).fill(1) }
      const inputs = inputsFor(evaluation, 1, running.network.stateful ? { fresh } : {})
      const { losses } = await compiled.run(inputs)

      const step = await running.engine.compile(running.network.step(B))
      const outputs = running.network.window.outputs.length
      for (let t = 0; t < outputs; t++) {
        const token = { ...inputs.tokens, shape: [B], data: inputs.tokens.data.slice(t * B, (t + 1) * B) }
        const next = inputs.tokens.data.slice((t + 1) * B, (t + 2) * B)
        const fresh: Tensor = { dtype: 'bool', shape: [B], data: new Uint8Array(B).fill(Number(t === 0)) }
        const { logits } = await step.run({ token, fresh })
        for (let row = 0; row < B; row++) {
          expect(crossEntropy(logits, row, next[row])).toBeCloseTo(losses.data[t * B + row], 10)
        }
      }
    },
  )

  it('starts anew in the rows that are fresh and nowhere else', async () => {
    const running = await Running.start(shrunk(lessonArchitecture('sequence-rnn')))
    const step = await running.compile(running.network.step(2))
    const run = async (fresh: number[]) => {
      const { logits } = await step.run({
        token: { dtype: 'int32', shape: [2], data: Int32Array.of(1, 1) },
        fresh: { dtype: 'bool', shape: [2], data: Uint8Array.from(fresh) },
      })
      return [Array.from(logits.data.slice(0, V)), Array.from(logits.data.slice(V))]
    }
    const [first] = await run([1, 1])
    await run([0, 0])
    const [again, further] = await run([1, 0])
    expect(again).toEqual(first)
    expect(further).not.toEqual(first)
  })

  it.each(['three-characters', 'simple-rnn', 'sequence-eight-outputs'] as const)(
    '%s continues by windows, with their losses',
    async (name) => {
      const running = await Running.start(shrunk(lessonArchitecture(name)))
      expect(running.network.stepping).toBe('window')
      const { length, outputs } = running.network.window
      const evaluation = running.network.evaluation(B)
      const inputs = inputsFor(evaluation)
      const { losses } = await (await running.compile(evaluation)).run(inputs)
      const tokens = { ...inputs.tokens, shape: [length, B], data: inputs.tokens.data.slice(0, length * B) }
      const { logits } = await (await running.engine.compile(running.network.step(B))).run({ tokens })
      expect(logits.shape).toEqual([outputs.length, B, V])
      outputs.forEach(({ character }, k) => {
        const target = inputs.tokens.data[(character - 1) * B]
        expect(crossEntropy(logits, k * B, target)).toBeCloseTo(losses.data[k * B], 10)
      })
    },
  )
})

function crossEntropy(logits: Tensor, row: number, target: number): number {
  const values = Array.from(logits.data.slice(row * V, (row + 1) * V))
  return Math.log(values.reduce((sum, value) => sum + Math.exp(value), 0)) - values[target]
}
