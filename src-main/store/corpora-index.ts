import { open, rename, type FileHandle } from 'node:fs/promises'
import {
  tokensFromBytes,
  widthFor,
  type IndexWidth,
  type TokenArray,
} from '../../src-core/corpus/token-array'
import { CHUNK } from './corpora-files'

/** An array of the narrowest type that holds indices of this width. */
export function tokenArray(width: IndexWidth, length: number): TokenArray {
  return tokensFromBytes(new Uint8Array(width * length), width)
}

/** The memory of an array as bytes, for reading and writing. Every system that Unroll runs on is little-endian. */
export function bytesOf(tokens: TokenArray): Uint8Array {
  return new Uint8Array(tokens.buffer, tokens.byteOffset, tokens.byteLength)
}

/** A file of indices that grows at its end and is made wider when a larger index comes. */
export class GrowingIndex {
  width: IndexWidth = 1
  length = 0
  private block = tokenArray(1, 0)

  private constructor(
    private readonly path: string,
    private file: FileHandle,
  ) {}

  static async create(path: string): Promise<GrowingIndex> {
    return new GrowingIndex(path, await open(path, 'wx+'))
  }

  /** @param largest no index so far is larger. */
  async append(indices: Uint32Array, largest: number): Promise<void> {
    const width = widthFor(largest)
    if (width > this.width) await this.widen(width)
    if (this.block.length < indices.length || this.block.BYTES_PER_ELEMENT !== width) {
      this.block = tokenArray(width, indices.length)
    }
    const block = this.block.subarray(0, indices.length)
    block.set(indices)
    await writeAll(this.file, bytesOf(block))
    this.length += indices.length
  }

  /** The indices from the first to the last, in blocks of memory that is used again for the next. */
  async *blocks(): AsyncGenerator<TokenArray> {
    const block = tokenArray(this.width, CHUNK)
    for (let at = 0; at < this.length; at += block.length) {
      const part = block.subarray(0, this.length - at)
      await readAll(this.file, bytesOf(part), at * this.width)
      yield part
    }
  }

  async close(): Promise<void> {
    await this.file.close()
  }

  private async widen(width: IndexWidth): Promise<void> {
    const widerPath = `${this.path}.wider`
    const wider = await open(widerPath, 'wx+')
    for await (const block of this.blocks()) {
      const wide = tokenArray(width, block.length)
      wide.set(block)
      await writeAll(wider, bytesOf(wide))
    }
    await this.file.close()
    await rename(widerPath, this.path)
    this.file = wider
    this.width = width
  }
}

export async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at)
    at += bytesWritten
  }
}

/** Fills `bytes` from the file; throws where the file ends before. */
async function readAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const length = Math.min(bytes.length - at, 2 ** 30)
    const { bytesRead } = await file.read(bytes, at, length, position + at)
    if (bytesRead === 0) throw new Error(`the file ends at byte ${position + at}`)
    at += bytesRead
  }
}
