import { Undecodable, type UnitDecoder } from './unit-decoder'

/** The encodings that a person may name for files that are neither UTF-8 nor marked as UTF-16. */
export const fallbackEncodings = ['windows-1252', 'latin-1'] as const
export type FallbackEncoding = (typeof fallbackEncodings)[number]

// What 0x80 to 0x9f are in windows-1252 (WHATWG Encoding, index-windows-1252; the five gaps stay controls).
const windows1252 = [
  0x20ac, 0x81, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021, 0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0x8d,
  0x17d, 0x8f, 0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x2dc, 0x2122, 0x161, 0x203a,
  0x153, 0x9d, 0x17e, 0x178,
]

/** One unit a byte. Latin-1 gives the byte values themselves, which is also how tokens that are bytes are read. */
export class SingleByteDecoder implements UnitDecoder {
  readonly undecodable = new Undecodable()

  constructor(private readonly encoding: FallbackEncoding) {}

  write(bytes: Uint8Array, into: Int32Array): number {
    into.set(bytes)
    if (this.encoding === 'latin-1') return bytes.length
    for (let at = 0; at < bytes.length; at++) {
      if (into[at] >= 0x80 && into[at] < 0xa0) into[at] = windows1252[into[at] - 0x80]
    }
    return bytes.length
  }

  end(): number {
    return 0
  }
}
