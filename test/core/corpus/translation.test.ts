import { expect, test } from 'vitest'
import { translateTokens } from '../../../src-core/corpus/translation'
import { Vocabulary } from '../../../src-core/corpus/vocabulary'

const text = new Vocabulary({ kind: 'chars', tokens: ['!', 'a', 'b', 'é'], counts: [1, 2, 1, 2] })
const known = new Vocabulary({ kind: 'chars', tokens: [' ', 'a', 'b', 'c'], counts: [1, 1, 1, 1] })
const bytes = new Vocabulary({ kind: 'bytes', tokens: [0x61], counts: [1] })

test('a text is read by the vocabulary of a network, and what that lacks is counted', () => {
  const { tokens, missing } = translateTokens(Uint8Array.of(4, 2, 3, 1, 4, 2), text, known)
  expect(known.decode(tokens)).toBe('aba')
  expect(missing).toEqual([
    { label: '!', count: 1 },
    { label: 'é', count: 2 },
  ])
})

test('the same vocabulary changes nothing', () => {
  const tokens = Uint8Array.of(4, 2, 3, 1)
  expect(translateTokens(tokens, text, text)).toEqual({ tokens: Uint32Array.from(tokens), missing: [] })
})

test('tokens of another kind are refused', () => {
  expect(() => translateTokens(Uint8Array.of(1), bytes, known)).toThrow(
    expect.objectContaining({ code: 'other-tokens', wayOut: 'Read the text with --tokens chars.' }),
  )
})
