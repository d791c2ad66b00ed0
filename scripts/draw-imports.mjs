// Draws which folder imports which into ARCHITECTURE.md, between its two `imports` marks, with the tool that
// checks the import rules. `--check` only says whether the drawing there is still true.

import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './prepare.mjs'

const file = join(root, 'ARCHITECTURE.md')
const [start, end] = ['<!-- imports -->', '<!-- /imports -->']

const text = readFileSync(file, 'utf8')
const [from, to] = [text.indexOf(start), text.indexOf(end)]
if (from < 0 || to < from) fail(`ARCHITECTURE.md has no ${start} … ${end} to draw between.`)
const drawn = `${text.slice(0, from)}${start}\n\n\`\`\`mermaid\n${drawing()}\n\`\`\`\n\n${text.slice(to)}`

if (drawn !== text) {
  if (process.argv.includes('--check')) {
    fail('The imports drawn in ARCHITECTURE.md are not those of the sources; run `npm run draw-imports`.')
  }
  writeFileSync(file, drawn)
}

/** One box a folder; everything may import the errors, so they are left out. */
function drawing() {
  const tool = join(root, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs')
  const folders = ['src-core', 'src-main', 'src-renderer']
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [tool, ...folders, '--output-type', 'mermaid']
      .concat('--include-only', '^src-', '--exclude', '^src-core/(errors|globals\\.d)\\.ts$')
      .concat('--collapse', '^src-[^/]+/[^/]+'),
    { cwd: root, encoding: 'utf8' },
  )
  if (status !== 0) fail(stderr)
  return stdout.trim()
}

/**
 * @param {string} reason
 * @returns {never}
 */
function fail(reason) {
  process.stderr.write(`${reason}\n`)
  process.exit(1)
}
