import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { get as getPlain, type IncomingMessage } from 'node:http'
import { get as getSecure } from 'node:https'
import { dirname } from 'node:path'
import { reasonOf, UnrollError } from '../../src-core/errors'
import { checkCancelled, sha256OfFile, type Watched } from './corpora-files'
import { writeAll } from './corpora-index'
import { syncFolder } from './durable-files'

/** A file on the network, and what it must be. */
export interface RemoteFile {
  readonly address: string
  readonly size: number
  readonly sha256: string
}

const SILENCE_LIMIT_MS = 30_000
const MOST_REDIRECTS = 5

/**
 * Fetches a file to `target`, unless it is there already. Nothing is put there but the very bytes expected.
 * @returns `target`.
 * @throws UnrollError `download-failed`, `download-mismatch`, `cancelled`.
 */
export async function fetchCorpus(
  remote: RemoteFile,
  target: string,
  watched: Watched = {},
): Promise<string> {
  const present = await sha256OfFile(target, watched.signal).catch(() => null)
  if (present === remote.sha256) return target
  checkCancelled(watched.signal)
  const partial = `${target}.partial-${randomUUID()}`
  try {
    await mkdir(dirname(target), { recursive: true })
    await download(remote, partial, watched)
    await rename(partial, target)
    await syncFolder(dirname(target))
    return target
  } catch (error) {
    checkCancelled(watched.signal)
    throw error instanceof UnrollError ? error : failed(remote, error)
  } finally {
    await rm(partial, { force: true }).catch(() => undefined)
  }
}

async function download(remote: RemoteFile, path: string, { onProgress, signal }: Watched): Promise<void> {
  const response = await request(remote.address, signal)
  const hash = createHash('sha256')
  let done = 0
  const file = await open(path, 'wx')
  try {
    for await (const chunk of bytesOfBody(response)) {
      done += chunk.length
      if (done > remote.size) break
      hash.update(chunk)
      await writeAll(file, chunk)
      onProgress?.({ stage: 'downloading', done, total: remote.size })
    }
    await file.sync()
  } finally {
    response.destroy()
    await file.close()
  }
  if (done === remote.size && hash.digest('hex') === remote.sha256) return
  const found = done > remote.size ? `more than ${remote.size}` : done
  throw new UnrollError(
    'download-mismatch',
    `${remote.address} gave ${found} bytes that are not the ${remote.size} bytes with SHA-256 ${remote.sha256}.`,
    'Try again; if it stays so, get the file elsewhere and give its path.',
  )
}

/** The chunks of a response; iterating one is untyped. */
async function* bytesOfBody(response: IncomingMessage): AsyncGenerator<Uint8Array> {
  for await (const chunk of response) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError('the response is no stream of bytes')
    yield chunk
  }
}

async function request(address: string, signal: AbortSignal | undefined): Promise<IncomingMessage> {
  let next = new URL(address)
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const response = await requestOnce(next, signal)
    const { statusCode = 0, headers } = response
    if (statusCode === 200) return response
    response.destroy()
    if (statusCode < 300 || statusCode >= 400 || !headers.location) {
      throw new Error(`the server answered with status ${statusCode}`)
    }
    next = new URL(headers.location, next)
  }
  throw new Error(`more than ${MOST_REDIRECTS} redirects`)
}

function requestOnce(url: URL, signal: AbortSignal | undefined): Promise<IncomingMessage> {
  const get = url.protocol === 'https:' ? getSecure : getPlain
  return new Promise((resolve, reject) => {
    const asked = get(url, { signal, timeout: SILENCE_LIMIT_MS }, resolve)
    asked.on('error', reject)
    asked.on('timeout', () => asked.destroy(new Error(`no answer for ${SILENCE_LIMIT_MS / 1000} seconds`)))
  })
}

function failed({ address, size }: RemoteFile, error: unknown): UnrollError {
  // Where a name has several addresses and none answers, the words are in the errors of each.
  const reason = reasonOf(error instanceof AggregateError ? error.errors[0] : error)
  return new UnrollError(
    'download-failed',
    `${address} (${size} bytes) could not be fetched: ${reason}.`,
    'Check the network, or get the file elsewhere and give its path; the books of the catalogue need no network.',
    { cause: error },
  )
}
