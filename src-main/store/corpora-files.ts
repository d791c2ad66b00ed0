import { createHash } from 'node:crypto'
import { open, stat } from 'node:fs/promises'
import { UnrollError } from '../../src-core/errors'
import { unreadable } from './system-errors'

/** Bytes read at a time: small enough that what is made of them stays in the processor's cache. */
export const CHUNK = 2 ** 18

/** How far a long task on files is; `done` and `total` in bytes of the corpus. */
export interface CorpusProgress {
  readonly stage: 'downloading' | 'checking' | 'reading' | 'indexing'
  readonly done: number
  readonly total: number
}

export interface Watched {
  readonly onProgress?: (progress: CorpusProgress) => void
  readonly signal?: AbortSignal
}

/** A file of a corpus as it was found. */
export interface FoundFile {
  readonly path: string
  readonly size: number
  readonly sha256: string
}

export function checkCancelled(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return
  throw new UnrollError('cancelled', 'Reading the corpus was cancelled.', 'Start it again when you like.')
}

/**
 * Bytes in a file of a corpus.
 * @throws UnrollError `file-not-found`, `not-a-file`, `file-not-readable`, `empty-file`.
 */
export async function sizeOfFile(path: string): Promise<number> {
  const found = await stat(path).catch((error: unknown) => {
    throw unreadable(path, error)
  })
  if (!found.isFile()) {
    throw new UnrollError('not-a-file', `${path} is not a file.`, 'Name the files of the corpus one by one.')
  }
  if (found.size === 0) throw emptyFile(path)
  return found.size
}

/** The chunks of a file, in one buffer that is used again for the next. */
export async function* chunksOf(path: string, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const file = await open(path).catch((error: unknown) => {
    throw unreadable(path, error)
  })
  const buffer = new Uint8Array(CHUNK)
  try {
    for (;;) {
      checkCancelled(signal)
      const { bytesRead } = await file.read(buffer, 0, CHUNK, null)
      if (bytesRead === 0) return
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}

/** @param onBytes told how many bytes have been read. */
export async function sha256OfFile(
  path: string,
  signal?: AbortSignal,
  onBytes?: (bytes: number) => void,
): Promise<string> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of chunksOf(path, signal)) {
    hash.update(chunk)
    onBytes?.((bytes += chunk.length))
  }
  return hash.digest('hex')
}

export function emptyFile(path: string): UnrollError {
  return new UnrollError('empty-file', `${path} is empty.`, 'Give a file with text in it.')
}
