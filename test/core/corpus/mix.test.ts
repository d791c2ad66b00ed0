import { expect, test } from 'vitest'
import { mixSources } from '../../../src-core/corpus/mix'
import { windowSource } from '../../../src-core/corpus/windows'

const source = (from: number, length: number, rows: number, tokensNeeded = 2) =>
  windowSource(
    Uint32Array.from({ length }, (_, at) => from + at),
    { order: 'file', window: 1, tokensNeeded, rows },
  )

test('a batch holds the rows of the first source, then those of the second', () => {
  const mix = mixSources([source(100, 7, 2), source(900, 4, 1)])
  const into = new Int32Array(6)
  expect(mix).toMatchObject({ rows: 3, batches: 3, examples: 9 })
  expect(mix.fillTokens(into, 0, 1)).toBe(3)
  expect([...into]).toEqual([102, 103, 901, 103, 104, 902])
})

test('a smaller source goes through epochs of its own', () => {
  const mix = mixSources([source(100, 9, 2), source(900, 4, 1)])
  const into = new Int32Array(6)
  const fresh = new Uint8Array(3)
  const seen = [0, 1].flatMap((epoch) =>
    [0, 1, 2, 3].map((batch) => {
      mix.fillTokens(into, epoch, batch)
      mix.fillFresh(fresh, epoch, batch)
      return [into[2], ...fresh]
    }),
  )
  expect(seen).toEqual([
    [900, 1, 1, 1],
    [901, 0, 0, 0],
    [902, 0, 0, 0],
    [900, 0, 0, 1],
    [901, 1, 1, 0],
    [902, 0, 0, 0],
    [900, 0, 0, 1],
    [901, 0, 0, 0],
  ])
})

test('windows of other lengths do not mix', () => {
  expect(() => mixSources([source(1, 9, 1), source(1, 9, 1, 3)])).toThrow('windows of 2 and of 3 tokens')
})
