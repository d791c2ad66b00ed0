import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { corpusSchema, type CorpusDocument } from '../../src-core/corpus/corpus-document'
import type { FallbackEncoding } from '../../src-core/corpus/single-byte-decoder'
import { tokensFromBytes, type TokenArray, type TokenKind } from '../../src-core/corpus/token-array'
import { reasonOf, UnrollError } from '../../src-core/errors'
import { cacheFolder } from './cache-folder'
import { encodeFiles, indexName } from './corpora-encoding'
import { chunksOf, sha256OfFile, sizeOfFile, type FoundFile, type Watched } from './corpora-files'
import { syncFolder, writeDurably } from './durable-files'
import { isSystemError } from './system-errors'

/** An encoded corpus on disk: corpus.json and the index. */
export interface StoredCorpus {
  readonly folder: string
  readonly document: CorpusDocument
}

export interface EncodeOptions extends Watched {
  readonly tokens: TokenKind
  /** How to read files that are neither UTF-8 nor marked; without it what is wrong becomes U+FFFD. */
  readonly fallback?: FallbackEncoding | null
  /** Where encoded corpora are kept; the user's cache folder where absent. */
  readonly cache?: string
}

const documentName = 'corpus.json'
const partialPrefix = 'partial-'
const day = 24 * 60 * 60 * 1000

/**
 * Encodes files, in their order, to a compact index in the cache, or finds the one that was made of the same
 * content before.
 * @throws UnrollError `no-files`, `file-not-found`, `not-a-file`, `file-not-readable`, `empty-file`, `binary-file`,
 *   `vocabulary-too-large`, `corpus-changed`, `cache-not-writable`, `cancelled`.
 */
export async function encodeCorpus(paths: readonly string[], options: EncodeOptions): Promise<StoredCorpus> {
  if (paths.length === 0)
    throw new UnrollError('no-files', 'No files are named.', 'Name at least one file of text.')
  const { tokens } = options
  const reading = { tokens, fallback: tokens === 'bytes' ? null : (options.fallback ?? null) }
  const found = await inspectFiles(paths, options)
  const identity = JSON.stringify({ version: 1, ...reading, files: found.map(({ sha256 }) => sha256) })
  const corpora = join(options.cache ?? cacheFolder(), 'corpora')
  const folder = join(corpora, createHash('sha256').update(identity).digest('hex').slice(0, 32))
  const known = await openUndamaged(folder)
  if (known) return { folder, document: withPaths(known.document, found) }

  const partial = join(corpora, partialPrefix + randomUUID())
  try {
    await mkdir(partial, { recursive: true })
    await removeAbandoned(corpora)
    const document = await encodeFiles(partial, found, reading, options)
    await writeDurably(join(partial, documentName), JSON.stringify(document))
    await syncFolder(partial)
    await putInPlace(partial, folder)
    await syncFolder(corpora)
    return { folder, document }
  } catch (error) {
    throw isSystemError(error, 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR', 'EEXIST')
      ? new UnrollError(
          'cache-not-writable',
          `The encoded corpus cannot be written to ${corpora}: ${reasonOf(error)}.`,
          'Make room there, or name another folder in the environment variable UNROLL_CACHE.',
          { cause: error },
        )
      : error
  } finally {
    // Where the folder cannot be written, the error above says so; this must not say it in its place.
    await rm(partial, { recursive: true, force: true }).catch(() => undefined)
  }
}

/**
 * Opens an encoded corpus by its folder.
 * @throws UnrollError `corpus-damaged` where a part is missing, is not what it should be or has the wrong size.
 */
export async function openCorpus(folder: string): Promise<StoredCorpus> {
  try {
    const json: unknown = JSON.parse(await readFile(join(folder, documentName), 'utf8'))
    const { success, data: document, error } = corpusSchema.safeParse(json)
    if (!success)
      throw new Error(`${error.issues[0].path.join('.')} of ${documentName}: ${error.issues[0].message}`)
    const { size } = await stat(join(folder, indexName))
    const expected = document.length * document.index.width
    if (size !== expected) throw new Error(`its index has ${size} bytes instead of ${expected}`)
    return { folder, document }
  } catch (error) {
    throw damaged(folder, reasonOf(error))
  }
}

/**
 * The tokens of an encoded corpus.
 * @throws UnrollError `corpus-damaged` where the index is not the one that was written.
 */
export async function readTokens({ folder, document }: StoredCorpus): Promise<TokenArray> {
  const { width, sha256 } = document.index
  const bytes = new Uint8Array(document.length * width)
  const hash = createHash('sha256')
  let length = 0
  try {
    for await (const chunk of chunksOf(join(folder, indexName))) {
      bytes.set(chunk, length)
      hash.update(chunk)
      length += chunk.length
    }
  } catch (error) {
    throw damaged(folder, reasonOf(error))
  }
  if (hash.digest('hex') !== sha256) {
    throw damaged(folder, 'its index does not have the checksum it was written with')
  }
  return tokensFromBytes(bytes, width)
}

function damaged(folder: string, reason: string): UnrollError {
  return new UnrollError(
    'corpus-damaged',
    `The encoded corpus in ${folder} is damaged: ${reason}.`,
    'Encode its files again.',
  )
}

async function inspectFiles(paths: readonly string[], { onProgress, signal }: Watched): Promise<FoundFile[]> {
  const sized: { path: string; size: number }[] = []
  for (const path of paths) sized.push({ path: resolve(path), size: await sizeOfFile(resolve(path)) })
  const total = sized.reduce((sum, { size }) => sum + size, 0)
  const found: FoundFile[] = []
  let before = 0
  for (const { path, size } of sized) {
    const done = before
    const sha256 = await sha256OfFile(path, signal, (bytes) =>
      onProgress?.({ stage: 'checking', done: done + bytes, total }),
    )
    found.push({ path, size, sha256 })
    before += size
  }
  return found
}

/** The corpus in this folder, if it is there and whole. */
async function openUndamaged(folder: string): Promise<StoredCorpus | null> {
  try {
    const corpus = await openCorpus(folder)
    const sha256 = await sha256OfFile(join(folder, indexName))
    return sha256 === corpus.document.index.sha256 ? corpus : null
  } catch {
    return null
  }
}

/** The same content may have been encoded under other names. */
function withPaths(document: CorpusDocument, found: readonly FoundFile[]): CorpusDocument {
  return { ...document, files: document.files.map((file, at) => ({ ...file, path: found[at].path })) }
}

/** Another process may have been quicker: its corpus is the same. */
async function putInPlace(partial: string, folder: string): Promise<void> {
  try {
    await rename(partial, folder)
  } catch (error) {
    if (!isSystemError(error, 'ENOTEMPTY', 'EEXIST', 'EPERM')) throw error
    if (await openUndamaged(folder)) return
    await rm(folder, { recursive: true, force: true })
    await rename(partial, folder)
  }
}

/** What a process that was killed while it encoded has left behind. */
async function removeAbandoned(corpora: string): Promise<void> {
  for (const name of await readdir(corpora)) {
    const path = join(corpora, name)
    if (!name.startsWith(partialPrefix)) continue
    const found = await stat(path).catch(() => null)
    if (found && found.mtimeMs < Date.now() - day) await rm(path, { recursive: true, force: true })
  }
}
