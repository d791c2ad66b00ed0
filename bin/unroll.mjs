#!/usr/bin/env node
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

// The server is a program of its own, so that the command loads none of it.
const name = process.argv[2] === 'serve' ? 'server' : 'cli'
const program = new URL(`../out/main/${name}.cjs`, import.meta.url)

if (existsSync(program)) {
  await import(program.href)
} else {
  const folder = dirname(dirname(fileURLToPath(import.meta.url)))
  process.stderr.write(`unroll: the program is not built yet; run \`npm run build\` in ${folder}.\n`)
  process.exitCode = 1
}
