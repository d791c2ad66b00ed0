// What a run costs beside the bare training step: the same network (sequence-rnn is rnn256x8) by `unroll bench`
// and by `unroll train` with its process, metrics, run folder and checkpoint, in turns:
//
//   node test/bench/whole-path.mjs CORPUS [ROUNDS]

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { z } from 'zod'

const line = z.object({
  ms_per_step: z.number().optional(),
  step: z.int().optional(),
  seconds: z.number().optional(),
})
const program = resolve(import.meta.dirname, '../../bin/unroll.mjs')
const [corpus, rounds = '3'] = process.argv.slice(2)
if (!corpus) throw new Error('usage: node test/bench/whole-path.mjs CORPUS [ROUNDS]')

const ratios = []
for (let round = 0; round < Number(rounds); round++) {
  const bare = unroll('bench', '--config', 'rnn256x8', '--seconds', '5').ms_per_step ?? NaN
  const folder = mkdtempSync(join(tmpdir(), 'unroll-bench-'))
  const run = ['--architecture', 'sequence-rnn', '--corpus', corpus, '--tokens', 'bytes', '--epochs', '1']
  const { step = NaN, seconds = NaN } = unroll('train', ...run, '--out', join(folder, 'run'))
  rmSync(folder, { recursive: true })
  const whole = (seconds * 1000) / step
  ratios.push(whole / bare)
  console.log(
    `bare ${bare.toFixed(3)} ms a step, run ${whole.toFixed(3)}, ratio ${(whole / bare).toFixed(3)}`,
  )
}
console.log(`median ratio ${ratios.sort((a, b) => a - b)[ratios.length >> 1].toFixed(3)}`)

/** The first line of a verb's JSON. @param {string[]} argv */
function unroll(...argv) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...argv, '--json'], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stderr)
  return line.parse(JSON.parse(stdout.split('\n')[0]))
}
