import { fallbackEncodings, SingleByteDecoder, type FallbackEncoding } from './single-byte-decoder'
import { Undecodable, type UnitDecoder } from './unit-decoder'
import { Utf16Decoder } from './utf16-decoder'
import { Utf8Decoder } from './utf8-decoder'

export const encodings = ['utf-8', 'utf-16le', 'utf-16be', ...fallbackEncodings] as const
type Encoding = (typeof encodings)[number]

const marks: { encoding: Encoding; bytes: readonly number[] }[] = [
  { encoding: 'utf-8', bytes: [0xef, 0xbb, 0xbf] },
  { encoding: 'utf-16le', bytes: [0xff, 0xfe] },
  { encoding: 'utf-16be', bytes: [0xfe, 0xff] },
]
const longestMark = 3

/**
 * Decodes one file of text. A mark at its start names UTF-8 or UTF-16 and is no part of the text; a file
 * without a mark is read as `unmarked`.
 */
export class FileDecoder implements UnitDecoder {
  private head = new Uint8Array(0)
  private chosen: { encoding: Encoding; marked: boolean; decoder: UnitDecoder } | null = null

  constructor(private readonly unmarked: 'utf-8' | FallbackEncoding = 'utf-8') {}

  /** The encoding in use; before the first three bytes or the end have been seen, the one for no mark. */
  get encoding(): Encoding {
    return this.chosen?.encoding ?? this.unmarked
  }

  get marked(): boolean {
    return this.chosen?.marked ?? false
  }

  get undecodable(): Undecodable {
    return this.chosen?.decoder.undecodable ?? new Undecodable()
  }

  write(bytes: Uint8Array, into: Int32Array): number {
    if (this.chosen) return this.chosen.decoder.write(bytes, into)
    const start = new Uint8Array(this.head.length + bytes.length)
    start.set(this.head)
    start.set(bytes, this.head.length)
    if (start.length < longestMark) {
      this.head = start
      return 0
    }
    return this.choose(start, into)
  }

  end(into: Int32Array): number {
    const written = this.chosen ? 0 : this.choose(this.head, into)
    return written + (this.chosen?.decoder.end(into.subarray(written)) ?? 0)
  }

  private choose(start: Uint8Array, into: Int32Array): number {
    const mark = marks.find(({ bytes }) => bytes.every((byte, at) => start[at] === byte))
    const encoding = mark?.encoding ?? this.unmarked
    const offset = mark?.bytes.length ?? 0
    const decoder = decoderFor(encoding, offset)
    this.chosen = { encoding, marked: mark !== undefined, decoder }
    return decoder.write(start.subarray(offset), into)
  }
}

function decoderFor(encoding: Encoding, offset: number): UnitDecoder {
  switch (encoding) {
    case 'utf-8':
      return new Utf8Decoder(offset)
    case 'utf-16le':
    case 'utf-16be':
      return new Utf16Decoder(encoding, offset)
    default:
      return new SingleByteDecoder(encoding)
  }
}
