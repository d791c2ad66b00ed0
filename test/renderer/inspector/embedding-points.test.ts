import { expect, test } from 'vitest'
import { groupOf, pointsOf } from '../../../src-renderer/features/inspector/embedding-points'

test('points fill the picture, with padding left out', () => {
  const points = pointsOf([99, 99, -1, -1, 1, 3], ['', 'a', 'b'], 100)
  expect(points).toEqual([
    { token: 1, text: 'a', x: 14, y: 86, labelX: 14, labelY: 86, group: 'vowel' },
    { token: 2, text: 'b', x: 86, y: 14, labelX: 86, labelY: 14, group: 'letter' },
  ])
})

test('points that do not differ stand in the middle', () => {
  expect(pointsOf([0, 0, 5, 5], ['', 'a'], 100)[0]).toMatchObject({ x: 50, y: 50 })
})

test.each([
  ['a', 'vowel'],
  ['é', 'vowel'],
  ['z', 'letter'],
  ['Z', 'capital'],
  ['A', 'capital'],
  ['7', 'digit'],
  [' ', 'other'],
] as const)('%j is a %s', (text, group) => expect(groupOf(text)).toBe(group))

test('labels of tokens that lie on one another stand apart, near their points', () => {
  // 80 characters within a corner of the picture, and one far away that sets its scale.
  const vocabulary = Array.from({ length: 82 }, (_, token) => String.fromCharCode(32 + token))
  const points = vocabulary.flatMap((_, token) =>
    token === 81 ? [2, 2] : [Math.sin(token * 7) / 2, Math.cos(token * 11) / 2],
  )
  const drawn = pointsOf(points, vocabulary, 340)
  const overlaps = drawn.flatMap((a, i) =>
    drawn.slice(i + 1).filter((b) => Math.abs(a.labelX - b.labelX) < 7 && Math.abs(a.labelY - b.labelY) < 11),
  )
  expect(overlaps).toEqual([])
  for (const { x, y, labelX, labelY } of drawn) {
    expect(Math.hypot(labelX - x, labelY - y)).toBeLessThan(80)
    for (const at of [labelX, labelY]) expect(at >= 0 && at <= 340).toBe(true)
  }
  expect(drawn[80]).toMatchObject({ labelX: drawn[80].x, labelY: drawn[80].y })
})
