import { mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { UnrollError } from '../../src-core/errors'
import { writeAll } from './corpora-index'
import { InTurn } from './in-turn'
import { freeName, safeName } from './safe-name'

/** Bytes of one upload, and of all together that are not taken yet. */
const MOST_BYTES = 2 ** 31
const MOST_TOGETHER = 2 ** 33

/** Uploads that nothing came for during this time are given up, in milliseconds. */
const PATIENCE = 60 * 60 * 1000

interface Upload {
  readonly name: string
  size: number
  touched: number
}

/** A part of a file that a page sends. */
export interface UploadPart {
  readonly upload: string
  readonly name: string
  /** Bytes of the file that came before. */
  readonly offset: number
  readonly bytes: Uint8Array
}

/** Files that pages send in parts, until they are taken. Each stands in the folder under its id. */
export class Uploads {
  readonly #known = new Map<string, Upload>()
  readonly #turns = new InTurn()

  constructor(private readonly folder: string) {}

  /** Removes what an earlier session has left. */
  async clear(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true })
    await mkdir(this.folder, { recursive: true })
  }

  /** @throws UnrollError `bad-upload`, `upload-too-large` */
  add(part: UploadPart): Promise<void> {
    return this.#turns.run(part.upload, () => this.#add(part))
  }

  /** The file of an upload. @throws UnrollError `unknown-upload` */
  async pathOf(upload: string): Promise<string> {
    return this.#turns.run(upload, async () => {
      this.#knownOf(upload)
      return join(this.folder, upload)
    })
  }

  /**
   * Moves uploads into a folder of their own, under the names that they came with, in the order that is given.
   * @returns their paths
   * @throws UnrollError `unknown-upload`, before anything is moved
   */
  async take(uploads: readonly string[], folder: string): Promise<string[]> {
    const names = uploads.map((upload) => this.#knownOf(upload).name)
    await mkdir(folder, { recursive: true })
    const paths: string[] = []
    for (const [at, upload] of uploads.entries()) {
      const name = freeName(safeName(names[at], 'text'), (each) => paths.includes(join(folder, each)))
      await this.#turns.run(upload, () => rename(join(this.folder, upload), join(folder, name)))
      this.#known.delete(upload)
      paths.push(join(folder, name))
    }
    return paths
  }

  async remove(upload: string): Promise<void> {
    this.#known.delete(upload)
    await this.#turns.run(upload, () => rm(join(this.folder, upload), { force: true }))
  }

  async #add({ upload, name, offset, bytes }: UploadPart): Promise<void> {
    await this.#giveUpAbandoned()
    let known = this.#known.get(upload)
    if (!known || offset === 0) {
      known = { name, size: 0, touched: Date.now() }
      this.#known.set(upload, known)
    }
    if (offset !== known.size) {
      throw new UnrollError(
        'bad-upload',
        `A part of ${name} begins at byte ${offset}, but ${known.size} bytes came before.`,
        'Send the file again.',
      )
    }
    const together = [...this.#known.values()].reduce((sum, { size }) => sum + size, bytes.length)
    if (offset + bytes.length > MOST_BYTES || together > MOST_TOGETHER) {
      await this.#drop(upload)
      throw new UnrollError(
        'upload-too-large',
        `${name} has more than ${MOST_BYTES} bytes, or there are too many uploads at once.`,
        'Name the file to the program by its path instead.',
      )
    }
    await this.#append(join(this.folder, upload), offset, bytes)
    known.size += bytes.length
    known.touched = Date.now()
  }

  async #append(path: string, offset: number, bytes: Uint8Array): Promise<void> {
    const file = await open(path, offset === 0 ? 'w' : 'a')
    try {
      // What a part that failed has left behind would stand before this one.
      if (offset > 0 && (await file.stat()).size !== offset) await file.truncate(offset)
      await writeAll(file, bytes)
    } finally {
      await file.close()
    }
  }

  async #giveUpAbandoned(): Promise<void> {
    for (const [upload, { touched }] of this.#known) {
      if (touched < Date.now() - PATIENCE) await this.#drop(upload)
    }
  }

  async #drop(upload: string): Promise<void> {
    this.#known.delete(upload)
    await rm(join(this.folder, upload), { force: true })
  }

  #knownOf(upload: string): Upload {
    const known = this.#known.get(upload)
    if (known) return known
    throw new UnrollError('unknown-upload', `There is no upload ${upload}.`, 'Send the file again.')
  }
}
