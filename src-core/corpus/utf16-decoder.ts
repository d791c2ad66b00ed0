import { REPLACEMENT, Undecodable, type UnitDecoder } from './unit-decoder'

/** UTF-16 to code points; a surrogate without its other half, or half a unit at the end, is undecodable. */
export class Utf16Decoder implements UnitDecoder {
  readonly undecodable = new Undecodable()
  private firstByte = -1
  private highSurrogate = 0
  private readonly littleEndian: boolean

  /** @param offset bytes of the file that went before (its mark). */
  constructor(
    order: 'utf-16le' | 'utf-16be',
    private offset = 0,
  ) {
    this.littleEndian = order === 'utf-16le'
  }

  write(bytes: Uint8Array, into: Int32Array): number {
    let written = 0
    for (let at = 0; at < bytes.length; at++) {
      if (this.firstByte < 0) {
        this.firstByte = bytes[at]
        continue
      }
      const unit = this.littleEndian ? this.firstByte | (bytes[at] << 8) : (this.firstByte << 8) | bytes[at]
      const unitStart = this.offset + at - 1
      this.firstByte = -1
      const isLow = unit >= 0xdc00 && unit <= 0xdfff
      if (this.highSurrogate > 0) {
        const high = this.highSurrogate
        this.highSurrogate = 0
        if (isLow) {
          into[written++] = 0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00)
          continue
        }
        this.undecodable.add(unitStart - 2)
        into[written++] = REPLACEMENT
      }
      if (unit >= 0xd800 && unit <= 0xdbff) {
        this.highSurrogate = unit
      } else if (isLow) {
        this.undecodable.add(unitStart)
        into[written++] = REPLACEMENT
      } else {
        into[written++] = unit
      }
    }
    this.offset += bytes.length
    return written
  }

  end(into: Int32Array): number {
    if (this.firstByte < 0 && this.highSurrogate === 0) return 0
    this.undecodable.add(this.offset - (this.firstByte < 0 ? 0 : 1) - (this.highSurrogate > 0 ? 2 : 0))
    into[0] = REPLACEMENT
    return 1
  }
}
