import { REPLACEMENT, Undecodable, type UnitDecoder } from './unit-decoder'

/**
 * UTF-8 to code points by the state machine of the WHATWG Encoding standard (section 8.1.1), so that errors
 * are counted as browsers count them: one for each maximal part of a well-formed sequence.
 */
export class Utf8Decoder implements UnitDecoder {
  readonly undecodable = new Undecodable()
  private codePoint = 0
  private needed = 0
  private sequenceStart = 0
  // The range that the next continuation byte may have; narrower after E0, ED, F0 and F4.
  private lower = 0x80
  private upper = 0xbf

  /** @param offset bytes of the file that went before (its mark). */
  constructor(private offset = 0) {}

  write(bytes: Uint8Array, into: Int32Array): number {
    const length = bytes.length
    let written = 0
    let at = 0
    while (at < length) {
      const byte = bytes[at]
      if (this.needed > 0) {
        if (byte < this.lower || byte > this.upper) {
          // The byte is read again as the start of a sequence: `at` stays.
          into[written++] = this.giveUp()
          continue
        }
        this.lower = 0x80
        this.upper = 0xbf
        this.codePoint = (this.codePoint << 6) | (byte & 0x3f)
        if (--this.needed === 0) into[written++] = this.codePoint
        at++
      } else if (byte < 0x80) {
        into[written++] = byte
        at++
        while (at < length && bytes[at] < 0x80) into[written++] = bytes[at++]
      } else {
        this.sequenceStart = this.offset + at
        if (!this.begin(byte)) into[written++] = this.giveUp()
        at++
      }
    }
    this.offset += length
    return written
  }

  end(into: Int32Array): number {
    if (this.needed === 0) return 0
    into[0] = this.giveUp()
    return 1
  }

  private begin(byte: number): boolean {
    if (byte >= 0xc2 && byte <= 0xdf) {
      this.needed = 1
      this.codePoint = byte & 0x1f
    } else if (byte >= 0xe0 && byte <= 0xef) {
      if (byte === 0xe0) this.lower = 0xa0
      if (byte === 0xed) this.upper = 0x9f
      this.needed = 2
      this.codePoint = byte & 0xf
    } else if (byte >= 0xf0 && byte <= 0xf4) {
      if (byte === 0xf0) this.lower = 0x90
      if (byte === 0xf4) this.upper = 0x8f
      this.needed = 3
      this.codePoint = byte & 0x7
    } else {
      return false
    }
    return true
  }

  private giveUp(): number {
    this.undecodable.add(this.sequenceStart)
    this.needed = 0
    this.lower = 0x80
    this.upper = 0xbf
    return REPLACEMENT
  }
}
