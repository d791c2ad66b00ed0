// What an open page costs the training: the same run without a page, and with the page in chromium and its chart
// live, in turns. Tokens a second are told from the steps that the training process reports.
//
//   node test/bench/page-cost.mjs [ROUNDS] [SECONDS] [ARCHITECTURE...]

import { setTimeout as pause } from 'node:timers/promises'
import { openSources, openWorkbench } from './open-workbench.mjs'
import { processorTime } from './processes.mjs'

const [rounds = '5', seconds = '20', ...chosen] = process.argv.slice(2)
const names = chosen.length > 0 ? chosen : ['simple-rnn', 'sequence-eight-outputs']

/** For the run to get under way, and the page to be drawn. */
const WARM_UP = 4000

let step = 0
const sources = await openSources()
const workbench = await openWorkbench(sources, ({ first, losses }) => {
  step = first + losses.length - 1
})
const { calls } = workbench

/** @typedef {{ stepsPerSecond: number, cores: Record<string, number> }} Measured */

/** Trains from step 0. @param {string} name of the architecture @param {string} run @param {boolean} withPage @returns {Promise<Measured>} */
async function measure(name, run, withPage) {
  const opened = withPage ? await workbench.openPage() : null
  await calls.runs.reset(run)
  await calls.runs.resume(run)
  await untilState(run, 'running')
  if (opened) {
    // The diagram is open too: its triangles show their losses.
    await opened.page.getByRole('button', { name }).first().click()
    await opened.page.getByRole('button', { name: 'Pause' }).first().waitFor()
  }
  await pause(WARM_UP)
  const began = { step, now: performance.now(), time: processorTime() }
  await pause(Number(seconds) * 1000)
  const ended = { step, now: performance.now(), time: processorTime() }
  if (opened && process.env.SCREENSHOT) await opened.page.screenshot({ path: process.env.SCREENSHOT })
  await calls.runs.stop(run)
  await opened?.browser.close()
  const elapsed = (ended.now - began.now) / 1000
  /** @type {Record<string, number>} */
  const cores = {}
  for (const kind of /** @type {const} */ (['training', 'host', 'page'])) {
    cores[kind] = (ended.time[kind] - began.time[kind]) / elapsed
  }
  return { stepsPerSecond: (ended.step - began.step) / elapsed, cores }
}

/** @param {string} run @param {string} state */
async function untilState(run, state) {
  for (;;) {
    const entry = (await calls.runs.list()).find(({ id }) => id === run)
    if (entry?.state.state === state) return
    if (entry?.state.state === 'failed') throw new Error(entry.state.error.message)
    await pause(100)
  }
}

/** @param {number[]} values */
function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1]
}

try {
  console.log(
    '| architecture | alone, steps/s | with the page | ratios of the rounds | median | cores: training, host, page |',
  )
  console.log('|---|---|---|---|---|---|')
  for (const name of names) {
    // Long enough that no round reaches its end.
    const plan = { segments: [{ epochs: 10_000, learningRate: 1e-3 }], seed: 1 }
    const { id } = await workbench.createRun({ name, corpus: 'austen-emma', plan })
    await untilState(id, 'running')
    await calls.runs.stop(id)
    /** @type {Measured[][]} */
    const found = []
    for (let round = 0; round < Number(rounds); round++) {
      // Whoever comes first changes from round to round: a machine that grows warm or busy favours neither.
      const order = round % 2 === 0 ? [false, true] : [true, false]
      const results = []
      for (const withPage of order) results.push(await measure(name, id, withPage))
      found.push(round % 2 === 0 ? results : results.reverse())
      console.error(round + 1, name, JSON.stringify(found[round]))
    }
    const ratios = found.map(([alone, watched]) => watched.stepsPerSecond / alone.stepsPerSecond)
    const row = [
      name,
      median(found.map(([alone]) => alone.stepsPerSecond)).toFixed(1),
      median(found.map(([, watched]) => watched.stepsPerSecond)).toFixed(1),
      ratios.map((ratio) => ratio.toFixed(3)).join(', '),
      median(ratios).toFixed(3),
      ['training', 'host', 'page']
        .map((kind) => median(found.map(([, { cores }]) => cores[kind])).toFixed(2))
        .join(', '),
    ]
    console.log(`| ${row.join(' | ')} |`)
    await calls.runs.remove(id)
  }
} finally {
  await workbench.close()
  await sources.close()
}
