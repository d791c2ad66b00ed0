import { encode, ExtData } from '@msgpack/msgpack'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeMessage, encodeMessage } from '../../../src-core/contract/wire'

describe('a message comes back', () => {
  test.each([
    ['numbers', { a: [0, -1, 2 ** 53 - 1, -(2 ** 40), 0.1, Infinity] }],
    ['texts', { é: 'Ж😀\u0000', empty: '' }],
    ['nothing', { a: null, b: [null], c: {}, d: [] }],
    ['floats', { values: Float32Array.of(1.5, -0, NaN, 3e38), none: new Float32Array(0) }],
    ['integers', { values: Int32Array.of(-1, 2 ** 31 - 1), deep: [{ more: Int32Array.of(7) }] }],
    ['bytes', { bytes: Uint8Array.of(0, 255, 128), none: new Uint8Array(0) }],
  ])('%s', (_kind, message) => expect(decodeMessage(encodeMessage(message))).toStrictEqual(message))

  test('whatever JSON it is', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (message) => {
        // As JSON has it: without the sign of zero.
        const json = JSON.stringify(message)
        fc.pre(!json.includes('"__proto__"'))
        expect(decodeMessage(encodeMessage(message))).toEqual(JSON.parse(json))
      }),
    )
  })

  test('a view that begins in the middle of its buffer, from bytes that do so too', () => {
    const losses = new Float32Array(Float32Array.of(9, 1, 2, 9).buffer, 4, 2)
    const encoded = encodeMessage({ odd: 'x', losses })
    for (const offset of [0, 1, 2, 3]) {
      const shifted = Buffer.alloc(encoded.length + offset)
      shifted.set(encoded, offset)
      expect(decodeMessage(shifted.subarray(offset))).toStrictEqual({
        odd: 'x',
        losses: Float32Array.of(1, 2),
      })
    }
  })
})

test('members that are undefined are left out', () => {
  expect(decodeMessage(encodeMessage({ a: undefined, b: { c: undefined } }))).toStrictEqual({ b: {} })
})

test('what comes back does not hold the message', () => {
  const encoded = encodeMessage({
    rest: 'x'.repeat(1000),
    bytes: Uint8Array.of(1),
    losses: Float32Array.of(1),
  })
  const { bytes, losses } = decodeMessage(encoded) as { bytes: Uint8Array; losses: Float32Array }
  expect([bytes.buffer.byteLength, losses.buffer.byteLength]).toEqual([1, 4])
  encoded.fill(0)
  expect([bytes[0], losses[0]]).toEqual([1, 1])
})

describe('refused', () => {
  test.each([
    ['nothing', new Uint8Array(0)],
    ['half a message', encodeMessage({ a: 'text' }).subarray(0, 4)],
    ['two messages', Uint8Array.of(...encodeMessage({}), ...encodeMessage({}))],
    ['an array longer than the message', Uint8Array.of(0xdd, 0x01, 0, 0, 0)],
    ['a map longer than the message', Uint8Array.of(0xdf, 0x01, 0, 0, 0)],
    ['a third of a float', encode(new ExtData(1, Uint8Array.of(1, 2)))],
    [
      'a key that would change an object’s kind',
      Uint8Array.of(0x81, 0xa9, ...Buffer.from('__proto__'), 0x80),
    ],
    ['what is nested too deep', Uint8Array.of(...Array<number>(5000).fill(0x91), 0xc0)],
  ])('%s', (_kind, bytes) => expect(() => decodeMessage(bytes)).toThrow())

  test('nothing that is nested too deep is sent', () => {
    let message = {}
    for (let depth = 0; depth < 300; depth++) message = { message }
    expect(() => encodeMessage(message)).toThrow(/deep/)
  })
})
