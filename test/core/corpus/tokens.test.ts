import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TokenNumbering } from '../../../src-core/corpus/numbering'
import { splitForValidation, tokensFromBytes, widthFor } from '../../../src-core/corpus/token-array'
import { UnitNumbering } from '../../../src-core/corpus/unit-numbering'
import { WordNumbering } from '../../../src-core/corpus/word-numbering'
import { splitWords } from '../../../src-core/corpus/words'

const codePointsOf = (text: string) => Int32Array.from(text, (character) => character.codePointAt(0) ?? 0)

/** The final tokens of a text, numbered in chunks of `size` code points. */
function tokensOf(numbering: TokenNumbering, text: string, size: number): (string | number)[] {
  const units = codePointsOf(text)
  const into = new Uint32Array(units.length + 2)
  const numbers: number[] = []
  for (let at = 0; at < units.length; at += size) {
    const chunk = units.subarray(at, at + size)
    numbers.push(...into.subarray(0, numbering.write(chunk, chunk.length, into)))
  }
  numbers.push(...into.subarray(0, numbering.endFile(into)))
  const { sorted, finalIndex } = numbering.finish()
  return numbers.map((number) => sorted.tokens[finalIndex[number] - 1])
}

describe('words', () => {
  test.each([
    ["don't stop", ["don't", ' ', 'stop']],
    ["'tis the dogs' own", ["'", 'tis', ' ', 'the', ' ', 'dogs', "'", ' ', 'own']],
    ["rock''n''roll's", ['rock', "'", "'", 'n', "'", "'", "roll's"]],
    ['l’été, 1886--so!', ['l’été', ',', ' ', '1886', '-', '-', 'so', '!']],
    ['a \r\n\r\n b', ['a', ' \r\n\r\n ', 'b']],
    ['нет слов', ['нет', ' ', 'слов']],
    ['e\u0301tude 👍🏽', ['e\u0301tude', ' ', '👍', '🏽']],
    ['x'.repeat(130), ['x'.repeat(64), 'x'.repeat(64), 'xx']],
    [`${'x'.repeat(63)}'y`, [`${'x'.repeat(63)}'y`]],
    ["end'", ['end', "'"]],
  ])('%j', (text, expected) => {
    expect(splitWords(text)).toEqual(expected)
  })

  test('joined give the text back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const whole = text.replace(/\p{Surrogate}/gu, '')
        expect(splitWords(whole).join('')).toBe(whole)
      }),
    )
  })
})

describe('numbering', () => {
  const prose = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '👍', "'", '’', ' ', '\n', '.', '1') })
  const size = fc.integer({ min: 1, max: 7 })

  test('of words gives the words of the text, wherever the chunks end', () => {
    fc.assert(
      fc.property(prose, size, (text, chunk) => {
        expect(tokensOf(new WordNumbering(), text, chunk)).toEqual(splitWords(text))
      }),
    )
  })

  test('of characters gives its code points, wherever the chunks end', () => {
    fc.assert(
      fc.property(prose, size, (text, chunk) => {
        expect(tokensOf(new UnitNumbering('chars'), text, chunk)).toEqual(Array.from(text))
      }),
    )
  })

  test('sorts characters by code point and words by code unit', () => {
    // U+FF5E comes before U+1F44D as a code point, after it as a code unit.
    const text = '👍 ～'
    const characters = new UnitNumbering('chars')
    const words = new WordNumbering()
    tokensOf(characters, text, 9)
    tokensOf(words, text, 9)
    expect(characters.finish().sorted).toEqual({ kind: 'chars', tokens: [' ', '～', '👍'] })
    expect(words.finish().sorted).toEqual({ kind: 'words', tokens: [' ', '👍', '～'] })
  })

  test('keeps words apart when its tables grow', () => {
    const words = Array.from({ length: 5000 }, (_, at) => `word${at}`)
    const text = [...words, ...words].join(' ')
    const numbering = new WordNumbering()
    expect(tokensOf(numbering, text, 1000).join('')).toBe(text)
    expect(numbering.size).toBe(5001)
  })

  test('refuses more different tokens than anyone trains', () => {
    const numbering = new WordNumbering()
    const text = Array.from({ length: 2 ** 19 }, (_, at) => `${at} `).join('')
    const units = codePointsOf(text)
    const feed = () => numbering.write(units, units.length, new Uint32Array(units.length + 2))
    expect(feed).toThrow(expect.objectContaining({ code: 'vocabulary-too-large' }))
  })
})

describe('token arrays', () => {
  test.each([
    [255, 1],
    [256, 2],
    [65_535, 2],
    [65_536, 4],
  ])('a largest index of %d takes %d bytes', (largest, width) => {
    expect(widthFor(largest)).toBe(width)
  })

  test('are read from bytes as little-endian', () => {
    expect([...tokensFromBytes(Uint8Array.of(1, 0, 2, 1), 2)]).toEqual([1, 258])
    expect([...tokensFromBytes(Uint8Array.of(1, 0, 2, 0), 4)]).toEqual([131_073])
  })

  test.each([
    [0, 10, 0],
    [0.25, 8, 2],
    [0.99, 1, 9],
  ])('hold out the last %d of ten tokens: %d and %d', (fraction, training, validation) => {
    const parts = splitForValidation(
      Uint8Array.from({ length: 10 }, (_, at) => at),
      fraction,
    )
    expect([parts.training.length, parts.validation.length]).toEqual([training, validation])
    expect([...parts.training, ...parts.validation]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })
})
