import { createHash } from 'node:crypto'
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { baselinesOf } from '../../../src-core/corpus/baselines'
import type { TokenKind } from '../../../src-core/corpus/token-array'
import { Vocabulary } from '../../../src-core/corpus/vocabulary'
import { windowSource } from '../../../src-core/corpus/windows'
import { encodeCorpus, openCorpus, readTokens, type EncodeOptions } from '../../../src-main/store/corpora'
import type { CorpusProgress } from '../../../src-main/store/corpora-files'
import { haveLessonData, nietzschePath } from '../../fixtures/lesson-data'

let folder: string
let cache: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unroll-corpora-'))
  cache = join(folder, 'cache')
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

function file(name: string, content: string | readonly number[]): string {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : Uint8Array.from(content))
  return path
}

const encode = (paths: string | string[], options: Partial<EncodeOptions> = {}) =>
  encodeCorpus([paths].flat(), { tokens: 'chars', cache, ...options })

/** What the tokens of an encoded corpus read as. */
async function textOf(paths: string | string[], options: Partial<EncodeOptions> = {}): Promise<string> {
  const corpus = await encode(paths, options)
  return new Vocabulary(corpus.document.vocabulary).decode(await readTokens(corpus))
}

describe.skipIf(!haveLessonData)("the lesson's corpus", () => {
  test('as bytes has the facts of the lesson', async () => {
    const corpus = await encode(nietzschePath, { tokens: 'bytes' })
    const tokens = await readTokens(corpus)
    expect(corpus.document).toMatchObject({
      length: 600_901,
      files: [{ size: 600_901, sha256: '23cf69874ab69d3d256099ab530ea4be24d47d9675b673bcc67cbcd6298ec647' }],
      index: { width: 1 },
    })
    expect(new Vocabulary(corpus.document.vocabulary).size).toBe(86)
    expect([...tokens.subarray(0, 10)]).toEqual([40, 42, 29, 30, 25, 27, 29, 1, 1, 1])
    expect(baselinesOf(tokens, 86)).toEqual(corpus.document.baselines)
    expect(corpus.document.baselines.bigram).toBeCloseTo(2.47103, 5)
    const shuffled = { order: 'windows', window: 8, tokensNeeded: 9, rows: 64, leaveOut: 2 } as const
    expect(windowSource(tokens, shuffled)).toMatchObject({ examples: 75_110, batches: 1173 })
  })

  test('as characters is valid UTF-8', async () => {
    const { document } = await encode(nietzschePath)
    expect(document.length).toBe(600_893)
    expect(document.files[0]).toMatchObject({
      encoding: 'utf-8',
      undecodable: { count: 0, firstOffsets: [] },
    })
  })

  test.each(['bytes', 'chars', 'words'] as const)('as %s reads as it was written', async (tokens) => {
    expect(await textOf(nietzschePath, { tokens })).toBe(readFileSync(nietzschePath, 'utf8'))
  })
})

describe('encoding', () => {
  test('counts every token', async () => {
    const { document } = await encode(file('a.txt', 'abcab a'))
    expect(document.vocabulary).toEqual({ kind: 'chars', tokens: [' ', 'a', 'b', 'c'], counts: [1, 3, 2, 1] })
  })

  test.each([
    [200, 1],
    [300, 2],
    [70_000, 4],
  ])('%d different characters take an index of %d bytes', async (different, width) => {
    const text = Array.from({ length: different }, (_, at) =>
      String.fromCodePoint(0x10000 + different - at),
    ).join('')
    const corpus = await encode(file('many.txt', text + text))
    const tokens = await readTokens(corpus)
    expect(corpus.document.index.width).toBe(width)
    expect(new Vocabulary(corpus.document.vocabulary).decode(tokens)).toBe(text + text)
  })

  test('of a file of many chunks loses nothing at their borders', async () => {
    const text = "It’s 7 o'clock — «ça va» 👍🏽\r\n".repeat(12_000)
    const path = file('long.txt', text)
    for (const tokens of ['bytes', 'chars', 'words'] as const)
      expect(await textOf(path, { tokens })).toBe(text)
  })

  test('of more characters than bytes can number loses nothing either', async () => {
    const text = Array.from({ length: 300_000 }, (_, at) => String.fromCharCode(0x3400 + (at % 7001))).join(
      '',
    )
    expect(await textOf(file('long.txt', text))).toBe(text)
  })

  test('joins files in their order, each with its own mark and its own last word', async () => {
    const paths = [file('a.txt', '\ufeffone'), file('b.txt', '\ufefftwo'), file('c.txt', 'three')]
    expect(await textOf(paths)).toBe('onetwothree')
    const { document } = await encode(paths, { tokens: 'words' })
    expect(document.vocabulary.tokens).toEqual(['one', 'three', 'two'])
    expect(document.files.map(({ path, length }) => [path, length])).toEqual(paths.map((path) => [path, 1]))
  })

  test('reads UTF-16 by its mark', async () => {
    const path = file('wide.txt', [0xff, 0xfe, 0x61, 0, 0xe9, 0])
    const { document } = await encode(path)
    expect(document.files[0].encoding).toBe('utf-16le')
    expect(await textOf(path)).toBe('aé')
  })

  test('counts bytes that are not UTF-8 and reads them as U+FFFD', async () => {
    const path = file('latin.txt', [0x63, 0x61, 0x66, 0xe9, 0x20, 0xe9])
    const { document } = await encode(path)
    expect(document.files[0].undecodable).toEqual({ count: 2, firstOffsets: [3, 5] })
    expect(await textOf(path)).toBe('caf\ufffd \ufffd')
  })

  test('reads a file that is not UTF-8 in the fallback, and no other', async () => {
    const latin = file('latin.txt', [0x63, 0x61, 0x66, 0xe9])
    const modern = file('modern.txt', 'café')
    const { document } = await encode([latin, modern], { fallback: 'windows-1252' })
    expect(document.files.map(({ encoding }) => encoding)).toEqual(['windows-1252', 'utf-8'])
    expect(document.files[0].undecodable.count).toBe(0)
    expect(await textOf([latin, modern], { fallback: 'windows-1252' })).toBe('cafécafé')
  })

  test('says how far it is', async () => {
    const seen: CorpusProgress[] = []
    await encode(file('a.txt', 'x'.repeat(600_000)), { onProgress: (progress) => seen.push(progress) })
    for (const stage of ['checking', 'reading', 'indexing'] as const) {
      const done = seen.filter((progress) => progress.stage === stage).map((progress) => progress.done)
      expect(done).toEqual([262_144, 524_288, 600_000])
    }
    expect(seen.every(({ total }) => total === 600_000)).toBe(true)
  })
})

describe('the cache', () => {
  const entries = () => readdirSync(join(cache, 'corpora'))

  test('gives the same content back under its new name, and does not encode it again', async () => {
    const first = await encode(file('a.txt', 'the same'))
    const stages = new Set<string>()
    const path = file('b.txt', 'the same')
    const second = await encode(path, { onProgress: ({ stage }) => stages.add(stage) })
    expect(second.folder).toBe(first.folder)
    expect(second.document.files[0].path).toBe(path)
    expect([...stages]).toEqual(['checking'])
  })

  test('keeps apart what is of another content, or in another order', async () => {
    const [a, b] = [file('a.txt', 'one'), file('b.txt', 'two')]
    const corpora = await Promise.all([[a], [b], [a, b], [b, a]].map((paths) => encode(paths)))
    expect(new Set(corpora.map((corpus) => corpus.folder)).size).toBe(4)
  })

  test('keeps apart what is read in another way', async () => {
    const path = file('a.txt', 'text')
    const kinds: TokenKind[] = ['bytes', 'chars', 'words']
    const folders = await Promise.all(kinds.map(async (tokens) => (await encode(path, { tokens })).folder))
    folders.push((await encode(path, { fallback: 'latin-1' })).folder)
    expect(new Set(folders).size).toBe(4)
  })

  test('gives the same corpus to two that encode it at once', async () => {
    const path = file('a.txt', 'text')
    const [first, second] = await Promise.all([encode(path), encode(path)])
    expect(first).toEqual(second)
    expect(entries()).toHaveLength(1)
  })

  test.each([
    ['a truncated index', (corpus: string) => truncateSync(join(corpus, 'index.bin'), 3)],
    ['a changed index', (corpus: string) => writeFileSync(join(corpus, 'index.bin'), 'abcdefgh')],
    ['a missing description', (corpus: string) => writeFileSync(join(corpus, 'corpus.json'), '')],
  ])('encodes again after %s', async (_, damage) => {
    const path = file('a.txt', 'eight ch')
    const { folder: corpus } = await encode(path)
    damage(corpus)
    expect(await textOf(path)).toBe('eight ch')
    expect(entries()).toHaveLength(1)
  })

  test('is cleared of what a killed process left there a day ago', async () => {
    mkdirSync(join(cache, 'corpora', 'partial-old'), { recursive: true })
    mkdirSync(join(cache, 'corpora', 'partial-new'))
    utimesSync(join(cache, 'corpora', 'partial-old'), 0, 0)
    await encode(file('a.txt', 'text'))
    expect(entries()).toContain('partial-new')
    expect(entries()).not.toContain('partial-old')
  })
})

describe('opening', () => {
  test('gives the tokens that were written', async () => {
    const corpus = await encode(file('a.txt', 'abba'))
    const again = await openCorpus(corpus.folder)
    expect(again).toEqual(corpus)
    expect([...(await readTokens(again))]).toEqual([1, 2, 2, 1])
  })

  test.each([
    ['a truncated index', 'index.bin', 'ab', 'its index has 2 bytes instead of 4'],
    ['an index that is too long', 'index.bin', 'abbab', 'its index has 5 bytes instead of 4'],
    ['a description that is not JSON', 'corpus.json', '{"format":', 'JSON'],
    ['a description of something else', 'corpus.json', '{"format":"unroll/run"}', 'format of corpus.json'],
  ])('says what is wrong with %s', async (_, name, content, message) => {
    const { folder: corpus } = await encode(file('a.txt', 'abba'))
    writeFileSync(join(corpus, name), content)
    await expect(openCorpus(corpus)).rejects.toMatchObject({
      code: 'corpus-damaged',
      message: expect.stringContaining(message) as string,
    })
  })

  test('says that nothing is there', async () => {
    await expect(openCorpus(join(folder, 'none'))).rejects.toMatchObject({ code: 'corpus-damaged' })
  })

  test.each([
    ['changed', 'abbb'],
    ['grown', 'abbaabba'],
  ])('refuses an index that has %s since', async (_, content) => {
    const corpus = await encode(file('a.txt', 'abba'))
    writeFileSync(join(corpus.folder, 'index.bin'), content)
    await expect(readTokens(corpus)).rejects.toMatchObject({ code: 'corpus-damaged' })
  })
})

describe('bad input changes nothing on disk and says what it is', () => {
  const png = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d]

  test.each([
    ['a missing file', 'chars', () => join(folder, 'none.txt'), 'file-not-found'],
    ['a path through a file', 'chars', () => join(file('a.txt', 'x'), 'none.txt'), 'file-not-found'],
    ['a folder', 'chars', () => folder, 'not-a-file'],
    ['an empty file', 'bytes', () => file('empty.txt', ''), 'empty-file'],
    ['an empty file', 'chars', () => file('empty.txt', ''), 'empty-file'],
    ['a mark and no text', 'chars', () => file('mark.txt', '\ufeff'), 'empty-file'],
    ['a binary file', 'chars', () => file('picture.png', png), 'binary-file'],
    ['a binary file', 'words', () => file('picture.png', png), 'binary-file'],
    ['a binary file of two bytes', 'chars', () => file('two', [0, 1]), 'binary-file'],
    ['UTF-16 without a mark', 'chars', () => file('wide.txt', [0x61, 0, 0x62, 0]), 'binary-file'],
  ] as const)('%s as %s', async (_, tokens, path, code) => {
    const error: unknown = await encode(path(), { tokens }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({
      name: 'UnrollError',
      code,
      message: expect.stringContaining(path()) as string,
    })
    expect(readdirSync(folder).includes('cache') ? readdirSync(join(cache, 'corpora')) : []).toEqual([])
  })

  test('no files at all', async () => {
    await expect(encode([])).rejects.toMatchObject({ code: 'no-files' })
  })

  test('bytes take a binary file', async () => {
    expect((await encode(file('picture.png', png), { tokens: 'bytes' })).document.length).toBe(png.length)
  })

  test('a file that changes while it is read', async () => {
    const path = file('a.txt', 'before')
    const onProgress = ({ stage }: CorpusProgress) => {
      if (stage === 'checking') writeFileSync(path, 'behind')
    }
    await expect(encode(path, { onProgress })).rejects.toMatchObject({ code: 'corpus-changed' })
  })

  test.each(['checking', 'reading', 'indexing'] as const)('a cancel while %s', async (stage) => {
    const controller = new AbortController()
    const onProgress = (progress: CorpusProgress) => {
      if (progress.stage === stage) controller.abort()
    }
    const path = file('a.txt', 'x'.repeat(600_000))
    const encoding = encode(path, { onProgress, signal: controller.signal })
    await expect(encoding).rejects.toMatchObject({ code: 'cancelled' })
    expect(stage === 'checking' ? [] : readdirSync(join(cache, 'corpora'))).toEqual([])
  })

  test('a cache that is not a folder', async () => {
    const path = file('a.txt', 'text')
    await expect(encode(path, { cache: path })).rejects.toMatchObject({ code: 'cache-not-writable' })
  })

  // Root may read and write everything.
  test.skipIf(process.getuid?.() === 0)('what the user may not read or write', async () => {
    const path = file('a.txt', 'text')
    mkdirSync(cache)
    chmodSync(cache, 0o500)
    await expect(encode(path)).rejects.toMatchObject({ code: 'cache-not-writable' })
    chmodSync(path, 0)
    await expect(encode(path)).rejects.toMatchObject({ code: 'file-not-readable' })
  })
})

test('the checksum of the index is that of its bytes', async () => {
  const { folder: corpus, document } = await encode(file('a.txt', 'abba'))
  const sha256 = createHash('sha256')
    .update(readFileSync(join(corpus, 'index.bin')))
    .digest('hex')
  expect(document.index.sha256).toBe(sha256)
})
