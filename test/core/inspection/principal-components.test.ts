import { describe, expect, it } from 'vitest'
import { principalComponents } from '../../../src-core/inspection/principal-components'
import { Random } from '../../../src-core/random/random'

describe('principal components', () => {
  it('of points on a line lie on one axis, the line’s', () => {
    const { points, explained } = principalComponents([0, 0, 3, 4, 6, 8, 9, 12], 4, 2)
    expect([...points].map((value) => Math.round(value * 1e9) / 1e9 + 0)).toEqual([
      -7.5, 0, -2.5, 0, 2.5, 0, 7.5, 0,
    ])
    expect(explained[0]).toBeCloseTo(1, 12)
    expect(explained[1]).toBe(0)
  })

  it('finds the axes of a turned cloud, the longer one first', () => {
    const random = Random.from(1, 'cloud')
    const angle = 0.6
    const rows = 500
    const values = new Float64Array(rows * 2)
    const along = new Float64Array(rows)
    for (let row = 0; row < rows; row++) {
      const long = (along[row] = random.uniform() * 10 - 5)
      const short = random.uniform() - 0.5
      values[2 * row] = 7 + Math.cos(angle) * long - Math.sin(angle) * short
      values[2 * row + 1] = -2 + Math.sin(angle) * long + Math.cos(angle) * short
    }
    const { points, explained } = principalComponents(values, rows, 2)
    expect(explained[0]).toBeGreaterThan(0.97)
    expect(explained[0] + explained[1]).toBeCloseTo(1, 12)
    const mean = along.reduce((sum, value) => sum + value, 0) / rows
    for (let row = 0; row < rows; row++) expect(points[2 * row]).toBeCloseTo(along[row] - mean, 0)
  })

  it.each([
    [40, 6],
    [6, 40],
  ])('of [%i, %i] have as variances the eigenvalues, and do not vary together', (rows, columns) => {
    const random = Random.from(2, 'matrix')
    const values = Float32Array.from({ length: rows * columns }, () => random.uniform() - 0.5)
    const { points, explained } = principalComponents(values, rows, columns)
    let total = 0
    for (let column = 0; column < columns; column++) {
      let sum = 0
      for (let row = 0; row < rows; row++) sum += values[row * columns + column]
      for (let row = 0; row < rows; row++) total += (values[row * columns + column] - sum / rows) ** 2
    }
    const dot = (a: number, b: number) => {
      let sum = 0
      for (let row = 0; row < rows; row++) sum += points[2 * row + a] * points[2 * row + b]
      return sum
    }
    expect(dot(0, 0) / total).toBeCloseTo(explained[0], 10)
    expect(dot(1, 1) / total).toBeCloseTo(explained[1], 10)
    expect(explained[0]).toBeGreaterThan(explained[1])
    expect(dot(0, 1)).toBeCloseTo(0, 10)
    // No direction differs more than the first component: not any column, nor any sum of two.
    const ratio = (weigh: (row: number) => number) => {
      const all = Array.from({ length: rows }, (_, row) => weigh(row))
      const mean = all.reduce((sum, value) => sum + value, 0) / rows
      return all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / total
    }
    for (let a = 0; a < columns; a++) {
      for (let b = 0; b < columns; b++) {
        const sum = (row: number) =>
          (values[row * columns + a] + values[row * columns + b]) / (a === b ? 2 : Math.SQRT2)
        expect(ratio(sum)).toBeLessThanOrEqual(explained[0] + 1e-9)
      }
    }
  })

  it('do not depend on the sign that an eigenvector comes with', () => {
    const values = [1, 2, 0, 3, 1, 5, 2, 2, 4, 0, 1, 1]
    const { points } = principalComponents(values, 4, 3)
    const reversed = principalComponents(
      [...Array(4).keys()].reverse().flatMap((row) => values.slice(row * 3, row * 3 + 3)),
      4,
      3,
    ).points
    for (let row = 0; row < 4; row++) {
      expect(reversed[2 * (3 - row)]).toBeCloseTo(points[2 * row], 10)
      expect(reversed[2 * (3 - row) + 1]).toBeCloseTo(points[2 * row + 1], 10)
    }
  })

  it.each([
    ['one row', [1, 2, 3], 1, 3],
    ['equal rows', [1, 2, 1, 2, 1, 2], 3, 2],
    ['no rows', [], 0, 4],
  ])('of %s are zeros', (_, values, rows, columns) => {
    const { points, explained } = principalComponents(values, rows, columns)
    expect([...points]).toEqual(Array(rows * 2).fill(0))
    expect(explained).toEqual([0, 0])
  })

  it('of one column has one axis', () => {
    const { points, explained } = principalComponents([1, 2, 6], 3, 1)
    expect([...points]).toEqual([-2, 0, -1, 0, 3, 0])
    expect(explained).toEqual([1, 0])
  })
})
