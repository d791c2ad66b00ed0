import { describe, expect, it } from 'vitest'
import {
  formatAgo,
  formatBytes,
  formatCount,
  formatDuration,
  formatLoss,
  formatPercent,
  formatRate,
  formatShort,
  showToken,
} from '../../../src-renderer/ui/format'

const spaced = (text: string) => text.replace(/\u202f/g, ' ')

describe('numbers as they are written', () => {
  it.each([
    [0, '0'],
    [950, '950'],
    [999, '999'],
    [1000, '1.0 k'],
    [9499, '9.5 k'],
    [9960, '10 k'],
    [601_234, '601 k'],
    [999_499, '999 k'],
    [999_600, '1.0 M'],
    [1_234_567, '1.2 M'],
    [12e9, '12 G'],
  ])('%d in three figures is %s', (value, written) => {
    expect(spaced(formatShort(value))).toBe(written)
  })

  it('writes whole numbers with commas', () => expect(formatCount(602_145)).toBe('602,145'))

  it.each([
    [1.874, '1.87'],
    [-0.5, '−0.50'],
    [null, '–'],
    [Number.NaN, 'NaN'],
    [Infinity, '∞'],
  ])('a loss of %s is %s', (value, written) => {
    expect(formatLoss(value)).toBe(written)
  })

  it.each([
    [0, '0:00'],
    [47.4, '0:47'],
    [59.6, '1:00'],
    [3723, '1:02:03'],
    [null, '–'],
  ])('%s seconds are %s', (value, written) => {
    expect(formatDuration(value)).toBe(written)
  })

  it('writes rates, bytes, shares and ages with their units', () => {
    expect(formatRate(0.001)).toBe('1.0e-3')
    expect(formatRate(0)).toBe('0')
    expect(spaced(formatBytes(999))).toBe('999 B')
    expect(spaced(formatBytes(1_250_000))).toBe('1.3 MB')
    expect(spaced(formatPercent(0.004))).toBe('0.4 %')
    expect(spaced(formatPercent(0.12))).toBe('12 %')
    expect(formatAgo(0, 59_000)).toBe('59 s ago')
    expect(formatAgo(0, 60_000)).toBe('1 min ago')
    expect(formatAgo(1000, 0)).toBe('0 s ago')
  })

  it('shows what has no shape', () => {
    expect(showToken('a b\n')).toBe('a␣b⏎')
    expect(showToken('\u200b')).toBe('U+200B')
    expect(showToken('é')).toBe('é')
  })
})
