import { createHash } from 'node:crypto'
import { open, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { BaselineCounter } from '../../src-core/corpus/baselines'
import { looksBinary } from '../../src-core/corpus/binary'
import type { CorpusDocument, CorpusFile } from '../../src-core/corpus/corpus-document'
import { FileDecoder } from '../../src-core/corpus/file-decoder'
import type { TokenNumbering } from '../../src-core/corpus/numbering'
import { SingleByteDecoder, type FallbackEncoding } from '../../src-core/corpus/single-byte-decoder'
import type { TokenKind } from '../../src-core/corpus/token-array'
import { UnitNumbering } from '../../src-core/corpus/unit-numbering'
import { WordNumbering } from '../../src-core/corpus/word-numbering'
import { UnrollError } from '../../src-core/errors'
import { CHUNK, checkCancelled, chunksOf, emptyFile, type FoundFile, type Watched } from './corpora-files'
import { bytesOf, GrowingIndex, tokenArray, writeAll } from './corpora-index'

export interface Reading {
  readonly tokens: TokenKind
  readonly fallback: FallbackEncoding | null
}

export const indexName = 'index.bin'

/**
 * Encodes files into `folder`: reads them once, numbering the tokens as they come, then goes through the
 * numbers once more to put the vocabulary in order and to count. Memory does not grow with the files.
 */
export async function encodeFiles(
  folder: string,
  found: readonly FoundFile[],
  reading: Reading,
  watched: Watched,
): Promise<CorpusDocument> {
  const numbering = reading.tokens === 'words' ? new WordNumbering() : new UnitNumbering(reading.tokens)
  const provisionalPath = join(folder, 'provisional.bin')
  const provisional = await GrowingIndex.create(provisionalPath)
  try {
    const files: CorpusFile[] = []
    const total = found.reduce((sum, file) => sum + file.size, 0)
    let done = 0
    for (const file of found) {
      const before = done
      const report = (bytes: number) => {
        done = before + bytes
        watched.onProgress?.({ stage: 'reading', done, total })
      }
      files.push(await numberFile(file, reading, numbering, provisional, report, watched.signal))
    }
    const encoded = await putInOrder(join(folder, indexName), provisional, numbering, watched)
    return { format: 'unroll/corpus', version: 1, ...reading, files, length: provisional.length, ...encoded }
  } finally {
    await provisional.close()
    await unlink(provisionalPath)
  }
}

async function numberFile(
  found: FoundFile,
  reading: Reading,
  numbering: TokenNumbering,
  provisional: GrowingIndex,
  report: (bytes: number) => void,
  signal: AbortSignal | undefined,
): Promise<CorpusFile> {
  const isText = reading.tokens !== 'bytes'
  const decoder = isText
    ? await textDecoder(found.path, reading.fallback, signal)
    : new SingleByteDecoder('latin-1')
  const hash = createHash('sha256')
  const units = new Int32Array(CHUNK + 8)
  const numbers = new Uint32Array(CHUNK + 16)
  const lengthBefore = provisional.length
  let size = 0
  let looked = !isText

  const append = async (unitCount: number) => {
    if (!looked && looksBinary(units, unitCount)) throw binaryFile(found.path)
    looked ||= unitCount > 0
    const count = numbering.write(units, unitCount, numbers)
    await provisional.append(numbers.subarray(0, count), numbering.size)
  }
  for await (const chunk of chunksOf(found.path, signal)) {
    hash.update(chunk)
    await append(decoder.write(chunk, units))
    size += chunk.length
    report(size)
  }
  await append(decoder.end(units))
  await provisional.append(numbers.subarray(0, numbering.endFile(numbers)), numbering.size)

  if (hash.digest('hex') !== found.sha256) {
    throw new UnrollError(
      'corpus-changed',
      `${found.path} changed while it was read.`,
      'Try again when nothing writes to it.',
    )
  }
  const length = provisional.length - lengthBefore
  if (length === 0) throw emptyFile(found.path)
  return {
    ...found,
    encoding: decoder instanceof FileDecoder ? decoder.encoding : null,
    undecodable: { count: decoder.undecodable.count, firstOffsets: decoder.undecodable.firstOffsets },
    length,
  }
}

function binaryFile(path: string): UnrollError {
  return new UnrollError(
    'binary-file',
    `${path} is not text: it holds NUL or other control characters.`,
    'Save it as UTF-8 text, or read it with --tokens bytes.',
  )
}

/** The decoder of a file; one that a fallback was named for is read through first, to see whether it is UTF-8. */
async function textDecoder(
  path: string,
  fallback: FallbackEncoding | null,
  signal: AbortSignal | undefined,
): Promise<FileDecoder> {
  if (!fallback) return new FileDecoder()
  const trial = new FileDecoder()
  const units = new Int32Array(CHUNK + 8)
  for await (const chunk of chunksOf(path, signal)) {
    trial.write(chunk, units)
    if (trial.marked || trial.undecodable.count > 0) break
  }
  trial.end(units)
  return new FileDecoder(!trial.marked && trial.undecodable.count > 0 ? fallback : 'utf-8')
}

/** Writes the final index: every provisional number replaced by the token's place in the sorted vocabulary. */
async function putInOrder(
  path: string,
  provisional: GrowingIndex,
  numbering: TokenNumbering,
  { onProgress, signal }: Watched,
): Promise<Pick<CorpusDocument, 'vocabulary' | 'baselines' | 'index'>> {
  const { sorted, finalIndex } = numbering.finish()
  const { width, length } = provisional
  const counter = new BaselineCounter(finalIndex.length)
  const hash = createHash('sha256')
  const block = tokenArray(width, CHUNK)
  const file = await open(path, 'wx')
  try {
    let done = 0
    for await (const numbers of provisional.blocks()) {
      checkCancelled(signal)
      const indices = block.subarray(0, numbers.length)
      for (let at = 0; at < numbers.length; at++) indices[at] = finalIndex[numbers[at]]
      counter.add(indices)
      hash.update(bytesOf(indices))
      await writeAll(file, bytesOf(indices))
      done += indices.length
      onProgress?.({ stage: 'indexing', done: done * width, total: length * width })
    }
    await file.sync()
  } finally {
    await file.close()
  }
  return {
    vocabulary: { ...sorted, counts: Array.from(counter.counts.subarray(1)) },
    baselines: counter.result(),
    index: { width, sha256: hash.digest('hex') },
  }
}
