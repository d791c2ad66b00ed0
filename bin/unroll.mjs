#!/usr/bin/env node
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

const program = new URL('../out/main/cli.cjs', import.meta.url)

if (existsSync(program)) {
  await import(program.href)
} else {
  const folder = dirname(dirname(fileURLToPath(import.meta.url)))
  process.stderr.write(`unroll: the program is not built yet; run \`npm run build\` in ${folder}.\n`)
  process.exitCode = 1
}
