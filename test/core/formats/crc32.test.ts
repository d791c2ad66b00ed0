import { expect, test } from 'vitest'
import { crc32 } from '../../../src-core/formats/crc32'

const text = new TextEncoder().encode('The quick brown fox jumps over the lazy dog')

test('matches the published checksums', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926)
  expect(crc32(text)).toBe(0x414fa339)
  expect(crc32(new Uint8Array(0))).toBe(0)
})

test('goes on from a part', () => {
  for (let cut = 0; cut <= text.length; cut++) {
    expect(crc32(text.subarray(cut), crc32(text.subarray(0, cut)))).toBe(0x414fa339)
  }
})
