import { expect, test } from 'vitest'
import {
  heatColors,
  heatPixels,
  largestSize,
  strongestUnits,
  summaryOf,
  unitRows,
} from '../../../src-renderer/features/inspector/heat'

test('a value has the colour of its sign and size, and none beyond the limit', () => {
  const pixels = heatPixels([0, 1, -2, 9], 2, heatColors.light)
  const pixel = (at: number) => [...pixels.subarray(4 * at, 4 * at + 4)]
  expect(pixel(0)).toEqual([255, 255, 255, 255])
  expect(pixel(1)).toEqual([220, 188, 128, 255])
  expect(pixel(2)).toEqual([0, 114, 178, 255])
  expect(pixel(3)).toEqual([184, 122, 0, 255])
})

test('what is no number is told from any value', () => {
  expect([...heatPixels([NaN], 1, heatColors.dark)]).toEqual([220, 0, 0, 255])
})

test('units are ordered by their strongest value, the lower number first', () => {
  const values = [0.1, -0.9, 0.2, 0, 0.3, 0.5, -0.5, 0]
  expect(strongestUnits(values, 4, 3)).toEqual([1, 2, 0])
  expect(strongestUnits(values, 4, 9)).toHaveLength(4)
})

test('a unit’s values through the text are a row', () => {
  const values = [1, 2, 3, 4, 5, 6]
  expect([...unitRows(values, 3, [2, 0])]).toEqual([3, 6, 1, 4])
})

test('a matrix is summed up', () => {
  expect(summaryOf([1, 3])).toEqual({ mean: 2, deviation: 1, smallest: 1, largest: 3 })
  expect(largestSize([-4, 3])).toBe(4)
})
