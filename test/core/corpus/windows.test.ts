import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BatchSource } from '../../../src-core/corpus/batch-source'
import { countWindows, windowSource, type WindowOptions } from '../../../src-core/corpus/windows'

const ascending = (length: number) => Uint32Array.from({ length }, (_, at) => at + 1)

/** The rows of a batch that hold a window, each as the list of its tokens. */
function rowsOf(source: BatchSource, epoch: number, batch: number): number[][] {
  const into = new Int32Array(source.tokensNeeded * source.rows).fill(-1)
  const filled = source.fillTokens(into, epoch, batch)
  const rows = Array.from({ length: source.rows }, (_, row) =>
    Array.from({ length: source.tokensNeeded }, (_, step) => into[step * source.rows + row]),
  )
  expect(
    rows
      .slice(filled)
      .flat()
      .every((token) => token === 0),
  ).toBe(true)
  return rows.slice(0, filled)
}

function epochOf(source: BatchSource, epoch: number): number[][][] {
  return Array.from({ length: source.batches }, (_, batch) => rowsOf(source, epoch, batch))
}

function freshRows(source: BatchSource, batch: number): number[] {
  const into = new Uint8Array(source.rows).fill(9)
  source.fillFresh(into, 0, batch)
  return [...into]
}

const options = (given: Partial<WindowOptions>): WindowOptions => ({
  order: 'file',
  window: 2,
  tokensNeeded: 3,
  rows: 2,
  ...given,
})

describe('the lesson', () => {
  const corpus = new Uint8Array(600_901).fill(1)

  test.each([
    ['three characters', { window: 3, leaveOut: 3, order: 'windows' }, 200_297, 3129],
    ['eight characters', { window: 8, leaveOut: 2, order: 'windows' }, 75_110, 1173],
    ['its stateful run, cut to whole batches', { window: 8, leaveOut: 2, order: 'file' }, 75_072, 1173],
  ] as const)('%s', (_, { window, ...given }, examples, batches) => {
    const source = windowSource(corpus, { window, tokensNeeded: window + 1, rows: 64, ...given })
    expect(source).toMatchObject({ examples, batches })
  })
})

test('windows start at 0, s, 2s, … while the last token they need is there', () => {
  const lengths = fc.integer({ min: 0, max: 60 })
  const small = fc.integer({ min: 1, max: 9 })
  fc.assert(
    fc.property(lengths, small, small, (length, tokensNeeded, stride) => {
      let count = 0
      while (count * stride + tokensNeeded <= length) count++
      expect(countWindows(length, tokensNeeded, stride)).toBe(count)
    }),
  )
})

describe('file order', () => {
  test('takes windows as they stand and drops what fills no batch', () => {
    const source = windowSource(ascending(12), options({}))
    expect(epochOf(source, 0)).toEqual([
      [
        [1, 2, 3],
        [3, 4, 5],
      ],
      [
        [5, 6, 7],
        [7, 8, 9],
      ],
    ])
  })

  test('is the same in every epoch', () => {
    const source = windowSource(ascending(30), options({}))
    expect(epochOf(source, 7)).toEqual(epochOf(source, 0))
  })

  test('state starts anew with the epoch', () => {
    const source = windowSource(ascending(12), options({}))
    expect([freshRows(source, 0), freshRows(source, 1)]).toEqual([
      [1, 1],
      [0, 0],
    ])
  })
})

describe('lanes', () => {
  const corpora = fc.record({
    // Six windows at least, whichever the rest: of five steps there are eight then, and two may be left out.
    length: fc.integer({ min: 41, max: 200 }),
    window: fc.integer({ min: 1, max: 5 }),
    rows: fc.integer({ min: 1, max: 6 }),
    leaveOut: fc.integer({ min: 0, max: 2 }),
  })

  test('row k continues row k of the batch before', () => {
    fc.assert(
      fc.property(corpora, ({ length, window, ...given }) => {
        const source = windowSource(ascending(length), {
          order: 'lanes',
          window,
          tokensNeeded: window + 1,
          ...given,
        })
        const batches = epochOf(source, 0)
        for (let batch = 1; batch < batches.length; batch++) {
          expect(batches[batch].map((row) => row[0])).toEqual(batches[batch - 1].map((row) => row[window]))
        }
      }),
    )
  })

  test('take every window that fills whole batches once', () => {
    const source = windowSource(ascending(100), options({ order: 'lanes', rows: 4 }))
    const starts = epochOf(source, 0)
      .flat()
      .map((row) => row[0])
    expect(starts.sort((a, b) => a - b)).toEqual(Array.from({ length: 48 }, (_, at) => 1 + 2 * at))
    expect(source.examples).toBe(48)
  })

  test('state starts anew with the epoch', () => {
    const source = windowSource(ascending(30), options({ order: 'lanes' }))
    expect([freshRows(source, 0), freshRows(source, 1)]).toEqual([
      [1, 1],
      [0, 0],
    ])
  })
})

describe('shuffled windows', () => {
  const source = windowSource(ascending(41), options({ order: 'windows', rows: 4, seed: 3 }))
  const startsOf = (epoch: number) =>
    epochOf(source, epoch)
      .flat()
      .map((row) => row[0])

  test('hold each window at most once an epoch, in another order each epoch', () => {
    const starts = startsOf(0)
    expect(source).toMatchObject({ examples: 20, batches: 5 })
    expect([...starts].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, at) => 1 + 2 * at))
    expect(startsOf(1)).not.toEqual(starts)
    expect(starts).not.toEqual([...starts].sort((a, b) => a - b))
  })

  test('depend on seed, epoch and batch alone', () => {
    const again = windowSource(ascending(41), options({ order: 'windows', rows: 4, seed: 3 }))
    const other = windowSource(ascending(41), options({ order: 'windows', rows: 4, seed: 4 }))
    startsOf(5)
    expect(rowsOf(again, 2, 3)).toEqual(epochOf(source, 2)[3])
    expect(epochOf(other, 2)).not.toEqual(epochOf(source, 2))
  })

  test('leave out other windows each epoch where they fill no batch', () => {
    const uneven = windowSource(ascending(13), options({ order: 'windows', rows: 4 }))
    const seen = new Set(
      [0, 1, 2, 3, 4, 5].flatMap((epoch) =>
        epochOf(uneven, epoch)
          .flat()
          .map((row) => row[0]),
      ),
    )
    expect(uneven).toMatchObject({ examples: 6, batches: 1 })
    expect(seen.size).toBe(6)
  })

  test('carry nothing from batch to batch', () => {
    expect([freshRows(source, 0), freshRows(source, 3)]).toEqual([
      [1, 1, 1, 1],
      [1, 1, 1, 1],
    ])
  })
})

describe('a padded last batch', () => {
  test.each(['windows', 'lanes', 'file'] as const)('leaves out no window in the order %s', (order) => {
    for (const rows of [1, 4, 7, 30]) {
      const source = windowSource(ascending(41), options({ order, rows, lastBatch: 'pad' }))
      const starts = epochOf(source, 0)
        .flat()
        .map((row) => row[0])
      expect(starts.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, at) => 1 + 2 * at))
      expect(source.examples).toBe(20)
    }
  })
})

describe('what cannot be', () => {
  test.each([
    [2, {}, 'corpus-too-short', 'has 2 tokens and a window needs 3.'],
    [5, { leaveOut: 2 }, 'corpus-too-short', 'needs 3, with 2 windows left out'],
    [8, { rows: 4 }, 'batch-too-large', 'text of 8 tokens gives 3 windows and a batch takes 4'],
    [9, { order: 'lanes', stride: 1 }, 'lanes-with-gaps', 'stride of 1 do not continue after a window of 2'],
    [9, { stride: 0 }, 'bad-window', 'stride is 0'],
    [9, { rows: 1.5 }, 'bad-window', 'batch is 1.5'],
    [9, { leaveOut: -1 }, 'bad-window', 'left out is -1'],
  ] as const)('%d tokens with %j: %s', (length, given, code, message) => {
    const make = () => windowSource(ascending(length), options(given))
    expect(make).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) as string }),
    )
  })

  test('the largest batch that fits is named', () => {
    const make = () => windowSource(ascending(8), options({ rows: 4 }))
    expect(make).toThrow(expect.objectContaining({ wayOut: 'Use a batch of at most 3, or a longer text.' }))
  })

  test.each([
    [0, 5],
    [0, -1],
    [-1, 0],
    [0.5, 0],
  ])('there is no epoch %d, batch %d', (epoch, batch) => {
    const source = windowSource(ascending(23), options({}))
    expect(() => rowsOf(source, epoch, batch)).toThrow(RangeError)
  })
})
