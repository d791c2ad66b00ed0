import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { HostCalls } from '../../../src-core/contract/host'
import { UnrollError } from '../../../src-core/errors'
import { Inspector } from '../../../src-renderer/features/inspector/inspector.svelte'

const weights = { run: 'r', checkpoint: 'live' } as const

function inspected(text: string, step: number): Awaited<ReturnType<HostCalls['sampling']['inspect']>> {
  const n = text.length
  return {
    step,
    places: {
      texts: Array.from(text),
      tokens: new Int32Array(n).fill(1),
      likeliest: new Int32Array(10 * n),
      probabilities: new Float32Array(10 * n),
      surprises: new Float32Array(n),
      copied: null,
      positions: null,
    },
    next: { likeliest: new Int32Array(10), probabilities: new Float32Array(10) },
    states: [],
  }
}

function fakeSampling() {
  return {
    vocabulary: vi.fn(async () => Promise.resolve({ texts: ['', 'a', 'b'], step: 7 })),
    inspect: vi.fn(async (_: unknown, text: string) => Promise.resolve(inspected(text, 8))),
  }
}

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

test('asks for the text as it stands once typing has paused', async () => {
  const sampling = fakeSampling()
  const inspector = new Inspector(sampling)
  void inspector.look(weights, 'a')
  const looked = inspector.look(weights, 'ab')
  await vi.runAllTimersAsync()
  await looked
  expect(sampling.inspect).toHaveBeenCalledTimes(1)
  expect(inspector.texts).toEqual(['a', 'b'])
  expect(inspector.step).toBe(8)
})

test('without a text the vocabulary and the step are there all the same', async () => {
  const sampling = fakeSampling()
  const inspector = new Inspector(sampling)
  const looked = inspector.look(weights, '')
  await vi.runAllTimersAsync()
  await looked
  expect(inspector.vocabulary).toEqual(['', 'a', 'b'])
  expect(inspector.step).toBe(7)
  expect(inspector.rows).toEqual([])
  expect(sampling.inspect).not.toHaveBeenCalled()
})

test('an error is told; the vocabulary was read before it, and the next text takes it away', async () => {
  const sampling = fakeSampling()
  const inspector = new Inspector(sampling)
  void inspector.look(weights, 'b')
  await vi.runAllTimersAsync()
  expect(inspector.texts).toEqual(['b'])
  sampling.inspect.mockRejectedValueOnce(new UnrollError('unknown-characters', 'No "Ä".', 'Another text.'))
  const wrong = inspector.look(weights, 'Ä')
  await vi.runAllTimersAsync()
  await wrong
  expect(inspector.error).toMatchObject({ code: 'unknown-characters' })
  expect(inspector.vocabulary).toHaveLength(3)
  expect(inspector.texts).toEqual([])
  void inspector.look(weights, 'a')
  expect(inspector.error).toBeNull()
  await vi.runAllTimersAsync()
  expect(inspector.texts).toEqual(['a'])
})
