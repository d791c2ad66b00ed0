import { open, type FileHandle } from 'node:fs/promises'
import { reasonOf, UnrollError } from '../../src-core/errors'

/** How long lines wait for others to be written with, in milliseconds. */
const DELAY = 250

/**
 * A file that grows by lines. Appending never waits: lines are written together, behind the scenes. What could not be
 * written is kept, and written at its place once there is room.
 */
export class AppendFile {
  /** Bytes, those on their way included. */
  written: number
  failure: Error | null = null
  #text = ''
  /** Taken from the text, but not yet written. */
  #rest = Buffer.alloc(0)
  #position: number
  #writing: Promise<void> = Promise.resolve()
  #timer: NodeJS.Timeout | null = null

  private constructor(
    private readonly path: string,
    private readonly file: FileHandle,
    length: number,
  ) {
    this.written = this.#position = length
  }

  /**
   * @param length bytes to keep: what stands behind is cut off.
   * @throws UnrollError `lines-missing` where the file is shorter
   */
  static async open(path: string, length: number): Promise<AppendFile> {
    const file = await open(path, 'a').then(async (created) => {
      await created.close()
      return open(path, 'r+')
    })
    const { size } = await file.stat()
    if (size < length) {
      await file.close()
      throw new UnrollError(
        'lines-missing',
        `${path} has ${size} bytes, but the checkpoint was taken when it had ${length}.`,
        'Restore the file from a copy, or train a new run.',
      )
    }
    if (size > length) await file.truncate(length)
    return new AppendFile(path, file, length)
  }

  append(text: string): void {
    this.#text += text
    this.written += Buffer.byteLength(text)
    if (this.#timer || this.failure) return
    this.#timer = setTimeout(() => {
      this.#timer = null
      // The failure is kept for who asks; this writing has no one to tell.
      this.#write().catch(() => undefined)
    }, DELAY)
    this.#timer.unref()
  }

  /** Resolves once everything appended is on the disk. */
  async flush(): Promise<void> {
    await this.#write()
    try {
      await this.file.datasync()
    } catch (error) {
      throw writeFailed(this.path, error)
    }
  }

  /** Forgets everything behind this length, also what is not written yet. */
  async cutTo(length: number): Promise<void> {
    await this.#writing
    this.#text = ''
    this.#rest = Buffer.alloc(0)
    this.failure = null
    await this.file.truncate(length)
    this.written = this.#position = length
  }

  async close(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer)
    await this.#writing
    await this.file.close()
  }

  async #write(): Promise<void> {
    const before = this.#writing
    let done: () => void = () => undefined
    this.#writing = new Promise((resolve) => (done = resolve))
    await before
    try {
      this.#rest = Buffer.concat([this.#rest, Buffer.from(this.#text)])
      this.#text = ''
      while (this.#rest.length > 0) {
        const { bytesWritten } = await this.file.write(this.#rest, 0, this.#rest.length, this.#position)
        this.#position += bytesWritten
        this.#rest = this.#rest.subarray(bytesWritten)
      }
      this.failure = null
    } catch (error) {
      this.failure = writeFailed(this.path, error)
      throw this.failure
    } finally {
      done()
    }
  }
}

export function writeFailed(path: string, cause: unknown): UnrollError {
  return new UnrollError(
    'write-failed',
    `${path} cannot be written: ${reasonOf(cause)}.`,
    'Make room on the disk, then resume the run; nothing up to its last checkpoint is lost.',
    { cause },
  )
}
