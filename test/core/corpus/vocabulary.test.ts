import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Vocabulary } from '../../../src-core/corpus/vocabulary'
import { vocabularySchema } from '../../../src-core/corpus/vocabulary-document'

const count = (tokens: readonly unknown[]) => tokens.map(() => 1)
const chars = new Vocabulary({ kind: 'chars', tokens: ['\n', ' ', 'a', 'b', '👍'], counts: [1, 1, 1, 1, 1] })
const words = new Vocabulary({ kind: 'words', tokens: [' ', '.', "don't", 'stop'], counts: [1, 1, 1, 1] })
const everyByte = Array.from({ length: 256 }, (_, byte) => byte)
const bytes = new Vocabulary({ kind: 'bytes', tokens: everyByte, counts: count(everyByte) })
const fewBytes = new Vocabulary({ kind: 'bytes', tokens: [0x61, 0xa9, 0xc3], counts: [1, 1, 1] })

describe('a vocabulary', () => {
  test('counts the padding in its size', () => {
    expect(chars.size).toBe(6)
  })

  test.each([
    [chars, 'b👍a', [4, 5, 3]],
    [words, "don't stop.", [3, 1, 4, 2]],
    [fewBytes, 'aé', [1, 3, 2]],
  ])('encodes', (vocabulary, text, indices) => {
    expect(vocabulary.encode(text)).toEqual({ indices, missing: [] })
    expect(vocabulary.decode(indices)).toBe(text)
  })

  test.each([
    [
      chars,
      '👍xa€',
      [5, 3],
      [
        { text: 'x', position: 2 },
        { text: '€', position: 4 },
      ],
    ],
    [
      words,
      'go, stop',
      [1, 4],
      [
        { text: 'go', position: 0 },
        { text: ',', position: 2 },
      ],
    ],
    // Of è only the first byte is there: half a character would be another text.
    [fewBytes, 'aèé', [1, 3, 2], [{ text: 'è', position: 1 }]],
  ])('leaves out and reports what it lacks', (vocabulary, text, indices, missing) => {
    expect(vocabulary.encode(text)).toEqual({ indices, missing })
  })

  test('of all bytes gives any text back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(bytes.decode(bytes.encode(text).indices)).toBe(text)
      }),
    )
  })

  test('decodes bytes one at a time, whole characters only', () => {
    const decoder = fewBytes.decoder()
    expect([1, 3, 2, 3, 1, 3].map((index) => decoder.write(index))).toEqual(['a', '', 'é', '', '\ufffda', ''])
    expect(decoder.end()).toBe('\ufffd')
  })

  test('decodes padding to nothing and refuses an index it does not have', () => {
    expect(chars.decode([3, 0, 4])).toBe('ab')
    expect(() => chars.decode([6])).toThrow(RangeError)
    expect(() => bytes.decode([-1])).toThrow(RangeError)
  })

  test('labels tokens', () => {
    expect([chars.label(5), words.label(3), bytes.label(0x62), bytes.label(0xea)]).toEqual([
      '👍',
      "don't",
      'a',
      '\\xe9',
    ])
    expect(chars.label(0)).toBe('(padding)')
  })
})

describe('the JSON of a vocabulary', () => {
  test.each([
    { kind: 'bytes', tokens: [1, 2], counts: [1, 9] },
    { kind: 'chars', tokens: ['～', '👍'], counts: [1, 9] },
    { kind: 'words', tokens: ['👍', '～'], counts: [1, 9] },
  ])('is read: %j', (document) => {
    expect(vocabularySchema.parse(JSON.parse(JSON.stringify(document)))).toEqual(document)
  })

  test.each([
    [{ kind: 'bytes', tokens: [], counts: [] }, 'at least one token'],
    [{ kind: 'bytes', tokens: [1, 256], counts: [1, 1] }, 'expected number to be <=255'],
    [{ kind: 'bytes', tokens: [1, 2], counts: [1] }, 'a count for each'],
    [{ kind: 'bytes', tokens: [1, 2], counts: [1, 0] }, '>0'],
    [{ kind: 'bytes', tokens: [2, 1], counts: [1, 1] }, 'sorted order'],
    [{ kind: 'words', tokens: ['a', 'a'], counts: [1, 1] }, 'sorted order'],
    [{ kind: 'chars', tokens: ['ab'], counts: [1] }, 'one character'],
    [{ kind: 'letters', tokens: ['a'], counts: [1] }, 'Invalid'],
  ])('is refused: %j', (document, message) => {
    const { error } = vocabularySchema.safeParse(document)
    expect(error?.issues[0].message).toContain(message)
  })
})
