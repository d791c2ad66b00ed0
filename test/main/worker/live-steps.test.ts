import { expect, test } from 'vitest'
import type { TrainedSteps } from '../../../src-core/contract/training'
import { LiveSteps, tellingInterval } from '../../../src-main/worker/live-steps'

function gather() {
  const sent: TrainedSteps[] = []
  const clock = { now: 1000 }
  return {
    sent,
    clock,
    live: new LiveSteps(
      () => clock.now,
      (steps) => sent.push(steps),
      tellingInterval(1, 2),
    ),
  }
}

test('thousands of steps a second become ten messages that leave none out', () => {
  const { sent, clock, live } = gather()
  for (let step = 1; step <= 5000; step++) {
    clock.now += 0.2
    live.add(step, step / 4, [step, step + 0.5], 0.01)
  }
  live.flush()
  expect(sent.length).toBeLessThanOrEqual(12)
  expect(sent.map(({ first }) => first)).toEqual(
    sent.map((_, at) => sent.slice(0, at).reduce((next, { losses }) => next + losses.length, 1)),
  )
  const losses = sent.flatMap((steps) => [...steps.losses])
  const outputs = sent.flatMap((steps) => [...steps.outputs])
  expect(losses).toEqual(Array.from({ length: 5000 }, (_, at) => (at + 1) / 4))
  expect(outputs).toEqual(losses.flatMap((loss) => [4 * loss, 4 * loss + 0.5]))
})

test('steps that do not follow one another go in messages of their own', () => {
  const { sent, live } = gather()
  live.add(1, 1, [1], 0.1)
  for (const step of [2, 3, 9]) live.add(step, step, [step], 0.1)
  live.flush()
  expect(sent.map(({ first, losses }) => [first, ...losses])).toEqual([
    [1, 1],
    [2, 2, 3],
    [9, 9],
  ])
})

test('nothing is sent where nothing happened', () => {
  const { sent, live } = gather()
  live.flush()
  expect(sent).toEqual([])
})

test('a training that has every core is told of less often', () => {
  const [some, all, more] = [1, 2, 4].map((threads) => tellingInterval(threads, 2))
  expect(some).toBe(100)
  expect(all).toBeGreaterThan(some)
  expect(more).toBe(all)
})
