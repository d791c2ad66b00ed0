import { expect, test } from 'vitest'
import { countWindows } from '../../../src-core/corpus/windows'
test('lesson', () => {
  expect(countWindows(600_901, 9, 8, 2)).toBe(75_110)
  expect(countWindows(600_901, 4, 3, 3)).toBe(200_297)
})
