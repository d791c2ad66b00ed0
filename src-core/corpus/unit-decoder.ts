/** Stands for what could not be decoded. */
export const REPLACEMENT = 0xfffd

/** What a decoder could not make sense of: how often, and the byte offsets of the first few. */
export class Undecodable {
  static readonly offsetsKept = 10
  count = 0
  readonly firstOffsets: number[] = []

  add(offset: number): void {
    this.count++
    if (this.firstOffsets.length < Undecodable.offsetsKept) this.firstOffsets.push(offset)
  }
}

/**
 * Turns a stream of bytes into units: code points, or byte values where tokens are bytes. How the stream is
 * cut into chunks makes no difference. What cannot be decoded becomes U+FFFD and is counted.
 */
export interface UnitDecoder {
  readonly undecodable: Undecodable
  /** Writes the units of `bytes` to `into` (room for `bytes.length + 4`); returns how many. */
  write(bytes: Uint8Array, into: Int32Array): number
  /** The end of the stream: writes what an unfinished sequence becomes (room for 4). */
  end(into: Int32Array): number
}
