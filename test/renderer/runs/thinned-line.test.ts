import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ThinnedLine } from '../../../src-renderer/features/runs/thinned-line'

const losses = fc.array(fc.float({ noDefaultInfinity: true }), { minLength: 1, maxLength: 600 })

describe('a thinned line', () => {
  it('keeps every value while there is room', () => {
    const line = new ThinnedLine(16)
    for (let value = 1; value <= 16; value++) line.push(value)
    expect([...line.values]).toEqual(Array.from({ length: 16 }, (_, at) => at + 1))
    expect(line.stride).toBe(1)
    line.push(17)
    expect(line.stride).toBe(2)
    expect([...line.values]).toEqual([1, 4, 5, 8, 9, 12, 13, 16])
  })

  it('keeps of each two values the lowest and highest of their steps, in the order in which they came', () => {
    fc.assert(
      fc.property(losses, (drawn) => {
        // Which of 0 and -0 is the lower is of no matter.
        const all = drawn.map((value) => value + 0)
        const line = new ThinnedLine(16)
        for (const value of all) line.push(value)
        const { values, stride } = line
        expect(values.length).toBeLessThanOrEqual(16)
        if (stride === 1) return
        const together = 2 * stride
        expect(values.length).toBe(2 * Math.floor(all.length / together))
        for (let at = 0; at < values.length; at += 2) {
          const from = (at / 2) * together
          const steps = all.slice(from, from + together)
          const finite = steps.filter(Number.isFinite)
          if (finite.length === 0) {
            expect([...values.subarray(at, at + 2)]).toEqual([Number.NaN, Number.NaN])
            continue
          }
          const pair = [...values.subarray(at, at + 2)]
          expect(Math.min(...pair)).toBe(Math.min(...finite))
          expect(Math.max(...pair)).toBe(Math.max(...finite))
          expect(steps.lastIndexOf(pair[1])).toBeGreaterThanOrEqual(steps.indexOf(pair[0]))
        }
      }),
    )
  })

  it('knows its newest value exactly, also after it went back', () => {
    const line = new ThinnedLine(16)
    for (let value = 1; value <= 100; value++) line.push(value)
    expect(line.at(null)).toBe(100)
    expect(line.at(101)).toBeUndefined()
    expect(line.at(0)).toBeUndefined()
    line.cut(0)
    expect(line.at(null)).toBeUndefined()
    expect(line.stride).toBe(1)
    line.push(Number.NaN)
    expect(line.at(null)).toBeNaN()
  })
})
