import { describe, expect, test } from 'vitest'
import type { Segment } from '../../../src-core/training/plan'
import { planAhead, stageAt, stagesOf, type TrainingRequest } from '../../../src-core/training/schedule'

const epochs = (count: number, learningRate = 1): Segment => ({ epochs: count, learningRate })
const steps = (count: number, learningRate = 1): Segment => ({ steps: count, learningRate })

test.each<[string, Segment[], number[]]>([
  ['epochs', [epochs(4), epochs(4)], [40, 80]],
  ['steps', [steps(7), steps(5)], [7, 12]],
  ['epochs after steps, the rest of an epoch being the first', [steps(7), epochs(2)], [7, 20]],
  ['steps after epochs', [epochs(1), steps(3)], [10, 13]],
])('the stages of %s', (_, segments, ends) => {
  expect(stagesOf(segments, 10).map(({ end }) => end)).toEqual(ends)
})

test('a step belongs to the stage that it is in, and to the last one after the end', () => {
  const stages = stagesOf([steps(5), steps(5)], 10)
  expect([0, 4, 5, 9, 10, 99].map((step) => stageAt(stages, step))).toEqual([0, 0, 1, 1, 1, 1])
})

describe('planning ahead', () => {
  const plan = [epochs(4, 0.1), epochs(4, 0.01)]

  test.each<[string, number, TrainingRequest, Segment[]]>([
    ['nothing asked: the plan as it is', 15, {}, plan],
    ['a first run cut short', 0, { epochs: 2 }, [epochs(2, 0.1)]],
    ['a first run into the second segment', 0, { epochs: 6 }, [epochs(4, 0.1), epochs(2, 0.01)]],
    ['a first run beyond the plan', 0, { epochs: 10 }, [epochs(4, 0.1), epochs(6, 0.01)]],
    ['a first run of steps', 0, { steps: 15 }, [steps(15, 0.1)]],
    ['a finished run', 80, { epochs: 2 }, [epochs(4, 0.1), epochs(6, 0.01)]],
    ['a finished run by steps', 80, { steps: 3 }, [epochs(4, 0.1), steps(43, 0.01)]],
    ['within an epoch, its end being the first', 15, { epochs: 1 }, [epochs(2, 0.1)]],
    ['within an epoch, across segments', 35, { epochs: 2 }, [epochs(4, 0.1), epochs(1, 0.01)]],
    ['just to the end of a segment', 35, { steps: 5 }, [epochs(4, 0.1)]],
  ])('%s', (_, step, request, expected) => {
    expect(planAhead(plan, step, 10, request)).toEqual(expected)
  })

  test('a run that has done its plan is told to say how much more', () => {
    expect(() => planAhead(plan, 80, 10, {})).toThrow(expect.objectContaining({ code: 'plan-done' }))
  })
})
