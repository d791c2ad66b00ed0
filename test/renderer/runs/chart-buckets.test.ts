import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LineBuckets, linearEdges, logEdges } from '../../../src-renderer/features/runs/chart-buckets'

function points(buckets: LineBuckets, values: Float32Array): [number, number][] {
  const all: [number, number][] = []
  buckets.forEach(values, (at, value) => all.push([at, value]))
  return all
}

const line = fc
  .array(fc.oneof(fc.float({ noNaN: true }), fc.constantFrom(Number.NaN, Infinity, -Infinity)), {
    maxLength: 400,
  })
  .map((values) => Float32Array.from(values))

const makers = { linearEdges, logEdges }

describe.each(Object.entries(makers))('buckets by %s', (_name, edgesOf) => {
  it('covers the range without gaps, in no more columns than asked for', () => {
    fc.assert(
      fc.property(
        fc.nat(5000),
        fc.integer({ min: 1, max: 5000 }),
        fc.integer({ min: 1, max: 700 }),
        (first, span, columns) => {
          const edges = edgesOf(first, first + span, columns)
          expect(edges[0]).toBeLessThanOrEqual(first)
          expect(edges[edges.length - 1]).toBeGreaterThanOrEqual(first + span)
          expect(edges.length - 1).toBeLessThanOrEqual(columns + 1)
          for (let at = 1; at < edges.length; at++) expect(edges[at]).toBeGreaterThan(edges[at - 1])
        },
      ),
    )
  })

  it('keeps the lowest and the highest value of every bucket, from left to right', () => {
    fc.assert(
      fc.property(line, fc.integer({ min: 1, max: 60 }), (values, columns) => {
        const edges = edgesOf(0, values.length, columns)
        const buckets = new LineBuckets()
        buckets.update(values, edges, 0)
        const kept = points(buckets, values)
        for (let at = 1; at < kept.length; at++) expect(kept[at][0]).toBeGreaterThan(kept[at - 1][0])
        for (let bucket = 0; bucket + 1 < edges.length; bucket++) {
          const inside = [...values.subarray(edges[bucket], edges[bucket + 1])].filter(Number.isFinite)
          const here = kept
            .filter(([at]) => at >= edges[bucket] && at < edges[bucket + 1])
            .map(([, value]) => value)
          if (inside.length === 0) {
            if (edges[bucket] < values.length) expect(here).toEqual([Number.NaN])
          } else {
            expect(Math.min(...here)).toBe(Math.min(...inside))
            expect(Math.max(...here)).toBe(Math.max(...inside))
            expect(here.length).toBeLessThanOrEqual(2)
          }
        }
        for (const [at, value] of kept) if (!Number.isNaN(value)) expect(value).toBe(values[at])
      }),
    )
  })

  it('shows the same whether a line came at once or piece by piece', () => {
    fc.assert(
      fc.property(
        line,
        fc.array(fc.nat(400), { maxLength: 6 }),
        fc.integer({ min: 1, max: 60 }),
        (values, cuts, columns) => {
          const piecewise = new LineBuckets()
          for (const cut of [...cuts].sort((a, b) => a - b)) {
            const part = values.subarray(0, cut)
            piecewise.update(part, edgesOf(0, part.length, columns), 0)
          }
          piecewise.update(values, edgesOf(0, values.length, columns), 0)
          const whole = new LineBuckets()
          whole.update(values, edgesOf(0, values.length, columns), 0)
          expect(points(piecewise, values)).toEqual(points(whole, values))
        },
      ),
    )
  })
})

it('looks through the newest bucket alone while a line grows within its columns', () => {
  const values = Float32Array.from({ length: 100_050 }, (_, at) => Math.sin(at))
  const buckets = new LineBuckets()
  const edges = linearEdges(0, 100_000, 1000)
  expect(buckets.update(values.subarray(0, 99_950), edges, 0)).toBe(1000)
  expect(buckets.update(values.subarray(0, 99_990), edges, 0)).toBe(1)
})

it('looks anew where the steps behind are others', () => {
  const buckets = new LineBuckets()
  const edges = linearEdges(0, 4, 2)
  buckets.update(Float32Array.of(1, 2, 3, 4), edges, 0)
  const other = Float32Array.of(9, 8, 7, 6)
  buckets.update(other, edges, 1)
  expect(points(buckets, other)).toEqual([
    [0, 9],
    [1, 8],
    [2, 7],
    [3, 6],
  ])
})

it('makes nothing of an empty range', () => {
  expect(linearEdges(5, 5, 100)).toHaveLength(0)
  const buckets = new LineBuckets()
  buckets.update(new Float32Array(0), linearEdges(0, 0, 10), 0)
  expect(points(buckets, new Float32Array(0))).toEqual([])
})
