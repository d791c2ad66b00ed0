import { expect, test } from 'vitest'
import { groupOf, pointsOf } from '../../../src-renderer/features/inspector/embedding-points'

test('points fill the picture, with padding left out', () => {
  const points = pointsOf([99, 99, -1, -1, 1, 3], ['', 'a', 'b'], 100)
  expect(points).toEqual([
    { token: 1, text: 'a', x: 14, y: 86, group: 'vowel' },
    { token: 2, text: 'b', x: 86, y: 14, group: 'letter' },
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
