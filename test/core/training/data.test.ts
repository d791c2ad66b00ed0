import { describe, expect, test } from 'vitest'
import type { Window } from '../../../src-core/architecture/window'
import { evaluationData, trainingData } from '../../../src-core/training/data'
import { makePlan } from '../../../src-core/training/plan'

const WINDOW: Window = { length: 8, characters: 9, outputs: [] }
const tokens = (length: number) => new Uint8Array(length).map((_, at) => 1 + (at % 100))

describe('the data of a plan', () => {
  test("are the lesson's examples", () => {
    const plan = makePlan({ window: { leaveOut: 2 }, batch: 1 })
    expect(trainingData(WINDOW, plan, tokens(600_901)).batches.examples).toBe(75_110)
    expect(trainingData(WINDOW, makePlan({ window: { leaveOut: 2 } }), tokens(600_901)).batches.batches).toBe(
      1173,
    )
  })

  test('hold out a part at the end, of which every window is judged', () => {
    const { batches, validation } = trainingData(
      WINDOW,
      makePlan({ validation: 0.1, batch: 64 }),
      tokens(10_000),
    )
    const into = new Int32Array(9 * 64)
    expect(batches.batches).toBe(Math.floor(1124 / 64))
    expect(validation?.examples).toBe(124)
    expect(validation?.batches).toBe(2)
    expect([validation?.fillTokens(into, 0, 0), validation?.fillTokens(into, 0, 1)]).toEqual([64, 60])
  })

  test('are without validation where nothing is held out', () => {
    expect(trainingData(WINDOW, makePlan(), tokens(10_000)).validation).toBeNull()
  })

  test('take the stride that the plan says', () => {
    expect(evaluationData(WINDOW, makePlan({ window: { stride: 1 } }), tokens(100)).examples).toBe(92)
  })
})
