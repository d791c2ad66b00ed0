// What the page weighs on its way to a browser: every file of out/renderer as the server sends it, packed by gzip and
// by brotli; fonts and pictures are packed already and go as they are.
//
//   node test/bench/page-weight.mjs

import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { prepareOrExit, root } from '../../scripts/prepare.mjs'

/** As in src-main/server/page-files.ts. */
const packed = ['.png', '.woff', '.woff2']
const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }

prepareOrExit({ build: true })
const folder = join(root, 'out', 'renderer')
const rows = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && !entry.name.endsWith('.map'))
  .map((entry) => {
    const bytes = readFileSync(join(entry.parentPath, entry.name))
    const isPacked = packed.includes(extname(entry.name))
    return {
      name: entry.name,
      sizes: [
        bytes.length,
        isPacked ? bytes.length : gzipSync(bytes).length,
        isPacked ? bytes.length : brotliCompressSync(bytes, brotli).length,
      ],
    }
  })
  .sort((a, b) => b.sizes[2] - a.sizes[2])
const total = [0, 1, 2].map((form) => rows.reduce((sum, { sizes }) => sum + sizes[form], 0))

console.log('| file | as it is, kB | gzip, kB | brotli, kB |')
console.log('|---|---|---|---|')
for (const { name, sizes } of [...rows, { name: 'all', sizes: total }]) {
  console.log(`| ${[name, ...sizes.map((size) => (size / 1000).toFixed(1))].join(' | ')} |`)
}
