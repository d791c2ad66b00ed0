import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UnrollError } from '../../../src-core/errors'
import {
  decodeSafetensors,
  decodeSafetensorsMetadata,
  encodeSafetensors,
  safetensorsHeaderEnd,
} from '../../../src-core/formats/safetensors'
import type { Tensor } from '../../../src-core/graph/tensor'

const TENSORS = new Map<string, Tensor>([
  ['flags', { dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) }],
  ['dense.weight', { dtype: 'float32', shape: [2, 3], data: Float32Array.of(1, 2, 3, -4, 5e-7, 6) }],
  ['7', { dtype: 'int32', shape: [], data: Int32Array.of(-7) }],
  ['exact', { dtype: 'float32', shape: [1, 2], data: Float64Array.of(Math.PI, 0.1) }],
  ['empty', { dtype: 'float32', shape: [0, 4], data: new Float32Array(0) }],
])
const METADATA = { note: 'ein Größenwort „…“', '12': 'twelve' }

/** A file with a header as given, so that it can be wrong. */
function fileWith(header: string, data = 0): Uint8Array {
  const text = new TextEncoder().encode(header)
  const file = new Uint8Array(8 + text.length + data)
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true)
  file.set(text, 8)
  return file
}

function withLength(length: bigint): Uint8Array {
  const file = fileWith('{}')
  new DataView(file.buffer).setBigUint64(0, length, true)
  return file
}

const entry = (start: number, end: number, shape = [end - start], dtype = 'BOOL') =>
  JSON.stringify({ dtype, shape, data_offsets: [start, end] })

describe('safetensors', () => {
  test('gives back what was written, also from bytes that lie unaligned', () => {
    const bytes = encodeSafetensors(TENSORS, METADATA)
    const shifted = new Uint8Array(bytes.length + 1)
    shifted.set(bytes, 1)
    for (const copy of [bytes, shifted.subarray(1)]) {
      const file = decodeSafetensors(copy)
      expect(file.checked).toBe(true)
      expect(file.metadata).toEqual(METADATA)
      expect(new Map([...file.tensors].sort())).toEqual(new Map([...TENSORS].sort()))
    }
  })

  test('lays the data out aligned, larger elements first', () => {
    const bytes = encodeSafetensors(TENSORS, METADATA)
    expect(safetensorsHeaderEnd(bytes, bytes.length) % 8).toBe(0)
    expect([...decodeSafetensors(bytes).tensors.keys()]).toEqual([
      'exact',
      '7',
      'dense.weight',
      'empty',
      'flags',
    ])
  })

  test('reads the metadata from the head alone', () => {
    const bytes = encodeSafetensors(TENSORS, METADATA)
    const head = bytes.slice(0, safetensorsHeaderEnd(bytes, bytes.length))
    expect(decodeSafetensorsMetadata(head, bytes.length)).toMatchObject(METADATA)
  })

  test('reads a file of another program, which carries no checksum', () => {
    const file = decodeSafetensors(
      fileWith(`{"a":${entry(0, 4, [2, 2])},"__metadata__":{"format":"pt"}}   `, 4),
    )
    expect(file.checked).toBe(false)
    expect(file.metadata).toEqual({ format: 'pt' })
    expect(file.tensors.get('a')).toEqual({ dtype: 'bool', shape: [2, 2], data: new Uint8Array(4) })
  })

  test.each([
    ['an empty file', new Uint8Array(0), 'safetensors-truncated'],
    ['less than the length', new Uint8Array(7), 'safetensors-truncated'],
    ['a header beyond the end', withLength(500n), 'safetensors-truncated'],
    ['a header of absurd size', withLength(2n ** 63n), 'safetensors-header-size'],
    ['a header of no size', withLength(0n), 'safetensors-header-size'],
    ['a header that is not JSON', fileWith('{"a":'), 'safetensors-header-json'],
    ['a header that is not UTF-8', fileWith('{"a":1}').fill(0xff, 10, 11), 'safetensors-header-json'],
    ['a header that is a list', fileWith('[1,2]'), 'safetensors-header-schema'],
    ['metadata that are numbers', fileWith('{"__metadata__":{"a":1}}'), 'safetensors-header-schema'],
    ['an entry without a shape', fileWith('{"a":{"dtype":"F32"}}'), 'safetensors-header-schema'],
    ['a negative size', fileWith(`{"a":${entry(0, 4, [-4])}}`, 4), 'safetensors-header-schema'],
    ['a fractional offset', fileWith(`{"a":${entry(0.5, 4, [3])}}`, 4), 'safetensors-header-schema'],
    [
      'elements of an unknown type',
      fileWith(`{"a":${entry(0, 4, [4], 'F4')}}`, 4),
      'safetensors-unknown-dtype',
    ],
    [
      'a type named like a method',
      fileWith(`{"a":${entry(0, 4, [4], 'toString')}}`, 4),
      'safetensors-unknown-dtype',
    ],
    ['a shape that does not fit', fileWith(`{"a":${entry(0, 4, [5])}}`, 4), 'safetensors-size-mismatch'],
    ['an end before the start', fileWith(`{"a":${entry(4, 0, [0])}}`, 4), 'safetensors-size-mismatch'],
    [
      'sizes that overflow',
      fileWith(`{"a":${entry(0, 4, [2 ** 53 - 1, 2 ** 53 - 1])}}`, 4),
      'safetensors-size-mismatch',
    ],
    ['an overlap', fileWith(`{"a":${entry(0, 4)},"b":${entry(2, 6)}}`, 6), 'safetensors-overlap'],
    ['a gap', fileWith(`{"a":${entry(0, 4)},"b":${entry(5, 6)}}`, 6), 'safetensors-gap'],
    ['missing data', fileWith(`{"a":${entry(0, 4)}}`, 3), 'safetensors-truncated'],
    ['data that belong to nothing', fileWith(`{"a":${entry(0, 4)}}`, 5), 'safetensors-trailing-bytes'],
    [
      'a name twice',
      fileWith(`{"a":${entry(0, 4)}, "\\u0061" :${entry(0, 4)}}`, 4),
      'safetensors-duplicate-name',
    ],
  ])('refuses %s', (_, bytes, code) => {
    expect(() => decodeSafetensors(bytes)).toThrow(expect.objectContaining({ code, name: 'UnrollError' }))
  })

  test('finds every flipped bit', () => {
    const good = encodeSafetensors(TENSORS, METADATA)
    for (let bit = 0; bit < good.length * 8; bit++) {
      const bad = good.slice()
      bad[bit >> 3] ^= 1 << (bit & 7)
      let found: boolean
      try {
        // A flip in the checksum's own name makes it a file without a checksum, which no checkpoint may be.
        found = !decodeSafetensors(bad).checked
      } catch (error) {
        found = error instanceof UnrollError
      }
      expect(found, `bit ${bit}`).toBe(true)
    }
  })

  test('answers mutated files with typed errors only', () => {
    const good = encodeSafetensors(TENSORS, METADATA)
    const edit = fc.record({
      at: fc.nat(good.length),
      remove: fc.nat(40),
      insert: fc.uint8Array({ maxLength: 40 }),
    })
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        let bytes = good
        for (const { at, remove, insert } of edits) {
          bytes = Uint8Array.from([...bytes.subarray(0, at), ...insert, ...bytes.subarray(at + remove)])
        }
        try {
          decodeSafetensors(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(UnrollError)
        }
      }),
      { numRuns: 500 },
    )
  })
})
