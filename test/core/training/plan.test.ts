import { describe, expect, test } from 'vitest'
import { makePlan } from '../../../src-core/training/plan'

describe('a plan', () => {
  test('that says nothing is the default', () => {
    expect(makePlan()).toMatchObject({
      segments: [{ epochs: 1, learningRate: 0.001 }],
      optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, clipNorm: null },
      batch: 64,
      order: 'windows',
      seed: 1,
    })
  })

  test('takes later layers over earlier ones, setting by setting', () => {
    const plan = makePlan(
      { batch: 32, window: { stride: 3, leaveOut: 2 }, guard: { margin: 2 } },
      { batch: undefined, window: { stride: 8 } },
    )
    expect(plan).toMatchObject({
      batch: 32,
      window: { stride: 8, leaveOut: 2 },
      guard: { margin: 2, patience: 5 },
    })
  })

  test("keeps an optimizer's settings for its own kind only", () => {
    const suggested = { optimizer: { kind: 'momentum', momentum: 0.8, clipNorm: 5 } }
    expect(makePlan(suggested, { optimizer: { kind: 'momentum' } }).optimizer).toMatchObject({
      momentum: 0.8,
    })
    expect(makePlan(suggested, { optimizer: { kind: 'sgd' } }).optimizer).toEqual({
      kind: 'sgd',
      clipNorm: null,
      clipValue: null,
    })
  })

  test.each<[string, unknown, RegExp]>([
    ['is a list', [], /not a JSON object/],
    ['has an unknown setting', { bach: 64 }, /bach/],
    ['has an unknown optimizer', { optimizer: { kind: 'adamw' } }, /optimizer\.kind/],
    ['has a batch of none', { batch: 0 }, /batch/],
    [
      'has a rate that is no number',
      { segments: [{ epochs: 1, learningRate: 'fast' }] },
      /segments\.0\.learningRate/,
    ],
    ['has a segment of steps and epochs', { segments: [{ epochs: 1, steps: 1, learningRate: 1 }] }, /either/],
    ['has a segment without an end', { segments: [{ learningRate: 1 }] }, /either/],
    ['has no segment', { segments: [] }, /segments/],
    ['holds everything out', { validation: 1 }, /validation/],
  ])('that %s is refused by name', (_, layer, message) => {
    const error: unknown = expect.objectContaining({ code: 'bad-plan' })
    expect(() => makePlan(layer)).toThrow(error)
    expect(() => makePlan(layer)).toThrow(message)
  })
})
