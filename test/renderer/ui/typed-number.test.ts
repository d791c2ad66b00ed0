import { describe, expect, it } from 'vitest'
import { readNumber, stepNumber } from '../../../src-renderer/ui/typed-number'

describe('a typed number', () => {
  it.each([
    ['1e-3', 0.001],
    [' 602,145 ', 602_145],
    ['−2', -2],
    ['.5', 0.5],
  ])('%s is read', (typed, value) => {
    expect(readNumber(typed, {}).value).toBe(value)
  })

  it('says what is wrong', () => {
    expect(readNumber('', {}).error).toBeDefined()
    expect(readNumber('abc', {}).error).toBeDefined()
    expect(readNumber('1.5', { integer: true }).error).toBeDefined()
    expect(readNumber('0', { min: 1 }).error).toBe('At least 1.')
    expect(readNumber('9', { max: 8 }).error).toBe('At most 8.')
  })

  it('may be left out where that means something', () => {
    expect(readNumber(' ', { optional: true })).toEqual({ value: null })
  })

  it('steps without rounding dust and stays within its limits', () => {
    expect(stepNumber(0.2, 0.1, {})).toBe(0.3)
    expect(stepNumber(0.001, 0.001, {})).toBe(0.002)
    expect(stepNumber(64, 1, { max: 64 })).toBe(64)
    expect(stepNumber(1, -10, { min: 1 })).toBe(1)
  })
})
