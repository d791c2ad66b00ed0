import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { looksBinary } from '../../../src-core/corpus/binary'
import { FileDecoder } from '../../../src-core/corpus/file-decoder'
import type { UnitDecoder } from '../../../src-core/corpus/unit-decoder'
import { utf8Bytes } from '../../../src-core/corpus/utf8-encoder'

/** Decodes bytes cut into chunks of the given sizes, the last size for all that is left. */
function decode(decoder: UnitDecoder, bytes: Uint8Array, sizes: readonly number[] = []): string {
  const codePoints: number[] = []
  const into = new Int32Array(bytes.length + 4)
  let at = 0
  for (const size of [...sizes, bytes.length]) {
    const count = decoder.write(bytes.subarray(at, at + size), into)
    codePoints.push(...into.subarray(0, count))
    at += size
  }
  codePoints.push(...into.subarray(0, decoder.end(into)))
  return codePoints.map((codePoint) => String.fromCodePoint(codePoint)).join('')
}

function offsets(bytes: number[]): readonly number[] {
  const decoder = new FileDecoder()
  decode(decoder, Uint8Array.from(bytes))
  return decoder.undecodable.firstOffsets
}

/** Bytes that are likely to be almost UTF-8. */
const nearUtf8 = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }).map((text) => [...new TextEncoder().encode(text)]),
      fc.constantFrom(
        [0xc3],
        [0xe2, 0x82],
        [0xf0, 0x9f],
        [0xed, 0xa0, 0x80],
        [0xf4, 0x90],
        [0xe0, 0x80],
        [0xff, 0xfe],
      ),
      fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 4 }),
    ),
  )
  .map((parts) => Uint8Array.from(parts.flat()))
const chunkSizes = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 20 })

describe('decoding', () => {
  test('reads UTF-8, marked or not, as the WHATWG decoder does, wherever the chunks end', () => {
    fc.assert(
      fc.property(nearUtf8, chunkSizes, fc.boolean(), (bytes, sizes, marked) => {
        const file = marked ? Uint8Array.from([0xef, 0xbb, 0xbf, ...bytes]) : bytes
        // Without a mark, bytes that happen to begin with one are another case.
        fc.pre(marked || ![0xef, 0xfe, 0xff].includes(bytes[0]))
        expect(decode(new FileDecoder(), file, sizes)).toBe(new TextDecoder('utf-8').decode(file))
      }),
    )
  })

  test.each(['utf-16le', 'utf-16be'] as const)(
    'reads %s by its mark as the WHATWG decoder does',
    (encoding) => {
      const mark = encoding === 'utf-16le' ? [0xff, 0xfe] : [0xfe, 0xff]
      const surrogates = fc.constantFrom(
        [0xd8, 0x3d],
        [0xde, 0x00],
        [0x3d, 0xd8],
        [0x00, 0xde],
        [0x61],
        [0x00, 0x61],
      )
      const body = fc.array(surrogates).map((parts) => parts.flat())
      fc.assert(
        fc.property(body, chunkSizes, (bytes, sizes) => {
          const file = Uint8Array.from([...mark, ...bytes])
          const decoder = new FileDecoder()
          expect(decode(decoder, file, sizes)).toBe(new TextDecoder(encoding).decode(file))
          expect(decoder.encoding).toBe(encoding)
        }),
      )
    },
  )

  test.each([
    ['latin-1', String.fromCharCode(...Array.from({ length: 32 }, (_, at) => 0x80 + at))],
    // Written out, since the TextDecoder of some versions of Node reads windows-1252 as Latin-1.
    ['windows-1252', '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ'],
  ] as const)('reads every byte of %s', (encoding, from0x80To0x9f) => {
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte)
    const latin = String.fromCharCode(...bytes)
    const expected = latin.slice(0, 0x80) + from0x80To0x9f + latin.slice(0xa0)
    expect(decode(new FileDecoder(encoding), bytes, [1, 1, 100])).toBe(expected)
  })

  test('a mark names the encoding before any fallback does', () => {
    const decoder = new FileDecoder('latin-1')
    expect(decode(decoder, Uint8Array.of(0xef, 0xbb, 0xbf, 0xc3, 0xa9), [1, 1])).toBe('é')
    expect(decoder.encoding).toBe('utf-8')
  })

  test.each([
    ['a byte that begins nothing', [0x61, 0xff, 0x62], [1]],
    ['a sequence that breaks off', [0x61, 0xe2, 0x82, 0x62], [1]],
    ['a sequence that the end cuts off', [0x61, 0x62, 0xf0, 0x9f], [2]],
    ['after a mark', [0xef, 0xbb, 0xbf, 0x61, 0xff], [4]],
    ['half a surrogate pair in UTF-16', [0xff, 0xfe, 0x3d, 0xd8, 0x61, 0x00], [2]],
    ['half a unit at the end of UTF-16', [0xff, 0xfe, 0x61, 0x00, 0x61], [4]],
  ])('says where text is undecodable: %s', (_, bytes, expected) => {
    expect(offsets(bytes)).toEqual(expected)
  })

  test('counts everything undecodable and keeps the first ten offsets', () => {
    const decoder = new FileDecoder()
    decode(decoder, new Uint8Array(25).fill(0xff).fill(0x61, 0, 5))
    expect(decoder.undecodable.count).toBe(20)
    expect(decoder.undecodable.firstOffsets).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13, 14])
  })

  test('encodes UTF-8 as the WHATWG encoder does', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const bytes = Array.from(text, (character) => utf8Bytes(character.codePointAt(0) ?? 0)).flat()
        expect(bytes).toEqual([...new TextEncoder().encode(text)])
      }),
    )
    expect(utf8Bytes(0xd800)).toEqual([0xef, 0xbf, 0xbd])
  })
})

describe('what is no text', () => {
  test.each([
    ['prose', 'Text, with\ttabs\r\nand newlines.\f', false],
    ['a terminal recording with some colour', '\x1b[31mred\x1b[0m', false],
    ['text in an encoding not named', '\ufffd'.repeat(50), false],
    ['a single NUL', `${'text '.repeat(100)}\0`, true],
    ['many control characters', 'ab\x01\x02', true],
  ])('%s: %s', (_, text, expected) => {
    const codePoints = Int32Array.from(text, (character) => character.codePointAt(0) ?? 0)
    expect(looksBinary(codePoints, codePoints.length)).toBe(expected)
  })
})
