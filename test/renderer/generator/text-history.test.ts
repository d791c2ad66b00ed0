import { expect, test } from 'vitest'
import { TextHistory } from '../../../src-renderer/features/generator/text-history.svelte'

const prime = (text: string) => ({ prime: text, places: [] })

test('what is typed within a second is undone at once', () => {
  let now = 0
  const history = new TextHistory(() => now)
  for (const text of ['a', 'ab', 'abc']) {
    now += 300
    history.type(prime(text))
  }
  now += 2000
  history.type(prime('abcd'))
  history.undo()
  expect(history.current.prime).toBe('abc')
  history.undo()
  expect(history.current.prime).toBe('')
  expect(history.canUndo).toBe(false)
})

test('redo brings back what was undone, until something new is written', () => {
  const history = new TextHistory()
  history.push(prime('a'))
  history.push(prime('b'))
  history.undo()
  history.redo()
  expect(history.current.prime).toBe('b')
  history.undo()
  history.push(prime('c'))
  expect(history.canRedo).toBe(false)
  history.undo()
  expect(history.current.prime).toBe('a')
})

test('typing after an undo does not overwrite the version that is shown', () => {
  const history = new TextHistory(() => 0)
  history.type(prime('a'))
  history.push(prime('b'))
  history.undo()
  history.type(prime('ax'))
  history.undo()
  expect(history.current.prime).toBe('a')
})
