// Ours and the peers' training step on the same networks, one after the other on this machine, several rounds:
//
//   node test/bench/compare.mjs [ROUNDS] [SECONDS] [CONFIG...]
//
// The peers are those of peers.py, whose path UNROLL_PEERS_SCRIPT names (default ../shared/bench/peers.py; run it
// with --setup once). Prints a table of medians over the rounds and the median of each round's ratio.

import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { z } from 'zod'

const result = z.object({ ms_per_step: z.number(), peer: z.string().optional(), of: z.string().default('') })
const root = resolve(import.meta.dirname, '../..')
const peers = process.env.UNROLL_PEERS_SCRIPT ?? join(root, '../shared/bench/peers.py')
const all = ['rnn256x8', 'gru256x8', 'lstm256x8', 'lstm512x40', 'lstm2x512x40']
const [rounds = '3', seconds = '4', ...chosen] = process.argv.slice(2)
const configurations = chosen.length > 0 ? chosen : all

/** @type {Map<string, { ours: number, best: number, of: string }[]>} */
const found = new Map(configurations.map((name) => [name, []]))
for (let round = 0; round < Number(rounds); round++) {
  for (const name of configurations) {
    const [own] = lines(process.execPath, [
      join(root, 'bin/unroll.mjs'),
      'bench',
      '--config',
      name,
      '--seconds',
      seconds,
      '--json',
    ])
    const best = lines('python3', [peers, name, '--seconds', seconds]).find(({ peer }) => peer === 'best')
    if (!best) throw new Error(`peers.py gave no figure for ${name}`)
    const measured = { ours: own.ms_per_step, best: best.ms_per_step, of: best.of }
    found.get(name)?.push(measured)
    console.error(round + 1, name, JSON.stringify(measured))
  }
}
console.log('| configuration | ours, ms | faster peer, ms | ratio | ratios of the rounds |')
console.log('|---|---|---|---|---|')
for (const [name, results] of found) {
  const ratios = results.map(({ ours, best }) => ours / best)
  const peer = results[0].of
  const columns = [
    name,
    median(results.map(({ ours }) => ours)).toFixed(2),
    `${median(results.map(({ best }) => best)).toFixed(2)} (${peer})`,
    median(ratios).toFixed(2),
    ratios.map((ratio) => ratio.toFixed(2)).join(', '),
  ]
  console.log(`| ${columns.join(' | ')} |`)
}

/** @param {string} command @param {string[]} argv */
function lines(command, argv) {
  const { status, stdout, stderr } = spawnSync(command, argv, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${argv.join(' ')}: ${stderr}`)
  return stdout
    .trim()
    .split('\n')
    .map((line) => result.parse(JSON.parse(line)))
}

/** @param {number[]} values */
function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1]
}
