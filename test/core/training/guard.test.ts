import { expect, test } from 'vitest'
import { Guard } from '../../../src-core/training/guard'

const SETTINGS = { margin: 5, patience: 3 }
const found = (losses: number[], settings: ConstructorParameters<typeof Guard>[0] = SETTINGS) => {
  const guard = new Guard(settings, 2)
  return losses.map((loss) => guard.check(loss)).filter((finding) => finding !== null)
}

test.each<[string, number[], string[]]>([
  ['a usual run passes', [9, 8, 7, 6, 9, 5], []],
  ['not a number is found at once', [9, NaN], ['not-a-number']],
  ['infinity is found at once', [9, Infinity], ['infinity']],
  ['a lone bad batch passes', [9, 50, 60, 9, 50, 60, 9], []],
  ['an explosion is found after three steps', [9, 50, 60, 70], ['explosion']],
  ['the margin counts per output', [9, 18, 18, 18, 18], []],
])('%s', (_, losses, findings) => {
  expect(found(losses)).toEqual(findings)
})

test('without a margin only what is not finite is found', () => {
  expect(found([9, 500, 500, 500, 500, NaN], { margin: null, patience: 3 })).toEqual(['not-a-number'])
})

test('goes on from its state', () => {
  const guard = new Guard(SETTINGS, 2)
  for (const loss of [9, 8, 50, 50]) guard.check(loss)
  expect(new Guard(SETTINGS, 2, guard.state).check(50)).toBe('explosion')
})
