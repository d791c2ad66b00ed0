// What an open page costs the training: a run whose page is open in chromium with its chart live, all of chromium
// stopped (SIGSTOP) and going on in turns of a few seconds, so that a machine that is faster one minute and slower the
// next favours neither. Steps a second are those that the training process reports.
//
//   node test/bench/page-cost.mjs [ROUNDS] [SECONDS] [ARCHITECTURE...]

import { setTimeout as pause } from 'node:timers/promises'
import { openSources, openWorkbench } from './open-workbench.mjs'
import { pageProcesses, processorTime } from './processes.mjs'

const [rounds = '20', seconds = '4', ...chosen] = process.argv.slice(2)
const names = chosen.length > 0 ? chosen : ['simple-rnn', 'sequence-eight-outputs']

/** For the run to get under way and the page to be drawn; and, after each turn, for the page to catch up. */
const WARM_UP = 8000
const CATCH_UP = 1000

/** The newest step that was told of, and when. */
let told = { step: 0, now: 0 }
/** @type {() => void} */
let onTold = () => undefined
const sources = await openSources()
const workbench = await openWorkbench(sources, ({ first, losses }) => {
  told = { step: first + losses.length - 1, now: performance.now() }
  onTold()
})
const { calls } = workbench

/** The next message of steps: rates are taken from one message to another, which are most of a second apart. */
async function nextTold() {
  await new Promise((resolve) => {
    onTold = () => resolve(null)
  })
  return told
}

/** @returns {Promise<{ perSecond: number, cores: Record<string, number> }>} */
async function rate() {
  const [began, before] = [await nextTold(), processorTime()]
  await pause(Number(seconds) * 1000)
  const [ended, after] = [await nextTold(), processorTime()]
  const elapsed = (ended.now - began.now) / 1000
  /** @type {Record<string, number>} */
  const cores = {}
  for (const kind of /** @type {const} */ (['training', 'host', 'page'])) {
    cores[kind] = (after[kind] - before[kind]) / elapsed
  }
  return { perSecond: (ended.step - began.step) / elapsed, cores }
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

/** @param {number[]} values @param {number} share 0 to 1 */
function quantile(values, share) {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) * share)] ?? Number.NaN
}

try {
  console.log(
    '| architecture | page stopped, steps/s | page live | median ratio | quarters | cores: training, host, page |',
  )
  console.log('|---|---|---|---|---|---|')
  for (const name of names) {
    // Long enough that it does not end by itself.
    const plan = { segments: [{ epochs: 10_000, learningRate: 1e-3 }], seed: 1 }
    const { id } = await workbench.createRun({ name, corpus: 'austen-emma', plan })
    const { page, browser } = await workbench.openPage()
    await untilState(id, 'running')
    // The diagram is open too: its triangles show their losses.
    await page.getByRole('button', { name }).first().click()
    await page.getByRole('button', { name: 'Pause' }).first().waitFor()
    await pause(WARM_UP)
    const pids = pageProcesses()
    /** @type {Record<"alone" | "live", Awaited<ReturnType<typeof rate>>>[]} */
    const found = []
    for (let round = 0; round < Number(rounds); round++) {
      for (const pid of pids) process.kill(pid, 'SIGSTOP')
      await pause(CATCH_UP)
      const alone = await rate()
      for (const pid of pids) process.kill(pid, 'SIGCONT')
      await pause(CATCH_UP)
      found.push({ alone, live: await rate() })
      console.error(round + 1, name, JSON.stringify(found[round]))
    }
    if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT })
    await browser.close()
    await calls.runs.stop(id)
    const ratios = found.map(({ alone, live }) => live.perSecond / alone.perSecond)
    const row = [
      name,
      quantile(
        found.map(({ alone }) => alone.perSecond),
        0.5,
      ).toFixed(1),
      quantile(
        found.map(({ live }) => live.perSecond),
        0.5,
      ).toFixed(1),
      quantile(ratios, 0.5).toFixed(3),
      [0.25, 0.75].map((share) => quantile(ratios, share).toFixed(3)).join(' to '),
      ['training', 'host', 'page']
        .map((kind) =>
          quantile(
            found.map(({ live }) => live.cores[kind] ?? 0),
            0.5,
          ).toFixed(2),
        )
        .join(', '),
    ]
    console.log(`| ${row.join(' | ')} |`)
    await calls.runs.remove(id)
  }
} finally {
  await workbench.close()
  await sources.close()
}
