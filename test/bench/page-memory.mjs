// The memory of the page over an hour's worth of metrics of a fast run: the real page in chromium before the real host
// and server, with a stand-in for the training process that tells of nine lines ten times a second, as fast as the
// page takes them in. What the page holds is read after a collection of garbage, once it shows the newest step.
//
//   node test/bench/page-memory.mjs [STEPS A SECOND] [MINUTES]

import { setTimeout as pause } from 'node:timers/promises'
import { channel, openSources, openWorkbench } from './open-workbench.mjs'
import { residentMemory } from './processes.mjs'

/** @typedef {import('../../src-core/contract/training').TrainingCalls} TrainingCalls */
/** @typedef {import('../../src-core/contract/training').TrainingEvents} TrainingEvents */

const [rate = 1000, minutes = 60] = process.argv.slice(2).map(Number)
const BATCHES_A_SECOND = 10
const OUTPUTS = 8
/** Steps of an epoch of Emma in batches of 64 windows of eight characters. */
const EPOCH = 1540
/** Lines of the table. */
const MARKS = 12
/** Bytes on their way to the page above which it is left time. */
const ENOUGH = 100_000

/** @type {TrainingEvents | null} */
let page = null
let step = 0

/** @type {import('../../src-main/host/worker-process').StartWorker} */
const startWorker = (kind) => {
  const [ours, theirs] = channel()
  /** @type {((code: number | null, signal: string | null) => void)[]} */
  const ended = []
  const nothing = async () => undefined
  const end = () => {
    page = null
    ours.close()
    for (const listener of ended.splice(0)) listener(0, null)
  }
  if (kind === 'training') {
    /** @satisfies {Partial<TrainingCalls>} */
    const calls = {
      start: async () => {
        const engine = { name: 'stand-in', device: 'none', threads: 2 }
        void pause(100).then(() => page?.state({ state: 'running', step: 0 }))
        return { step: 0, totalSteps: 10 * rate * minutes * 60, batches: EPOCH, engine, skipped: [] }
      },
      pause: nothing,
      resume: nothing,
      stop: async () => end(),
    }
    const { start, stop, pause: none } = sources.trainingCalls
    page = sources.connect(ours, calls, { start, stop, pause: none, resume: none })
  }
  return {
    pid: undefined,
    port: theirs,
    stderr: () => undefined,
    onExit: (listener) => void ended.push(listener),
    kill: end,
  }
}

/** Losses that fall as those of the lesson do, with the noise of batches. @param {number} count */
function tellSteps(count) {
  const losses = new Float32Array(count)
  const outputs = new Float32Array(count * OUTPUTS)
  for (let at = 0; at < count; at++) {
    for (let output = 0; output < OUTPUTS; output++) {
      const end = 2.5 - output * 0.09
      const loss = end + (4.4 - end) * Math.exp(-(step + at) / 4000) + (Math.random() - 0.5) * 0.3
      outputs[at * OUTPUTS + output] = loss
      losses[at] += loss
    }
  }
  const before = Math.floor(step / EPOCH)
  page?.steps({ first: step + 1, losses, outputs, learningRate: 1e-3 })
  step += count
  const epoch = Math.floor(step / EPOCH)
  if (epoch === before) return
  const mean = Array.from(outputs.subarray(0, OUTPUTS))
  page?.epoch({
    type: 'epoch',
    epoch,
    step: epoch * EPOCH,
    loss: losses[0],
    outputs: mean,
    validation: 2,
    seconds: 4,
  })
}

const sources = await openSources()
const workbench = await openWorkbench(sources, () => undefined, startWorker)
const opened = []
try {
  await workbench.createRun({ name: 'sequence-eight-outputs', corpus: 'austen-emma', plan: {} })
  const { browser, page: tab } = await workbench.openPage()
  opened.push(browser)
  const debug = await tab.context().newCDPSession(tab)
  const root = await browser.newBrowserCDPSession()
  await tab.getByRole('button', { name: 'sequence-eight-outputs', exact: false }).first().click()

  /** As the page writes it. */
  const shown = (/** @type {number} */ count) => count.toLocaleString('en-US')
  const untilShown = () =>
    tab.waitForFunction((text) => document.body.innerText.includes(text), shown(step), { timeout: 120_000 })
  const measure = async () => {
    await pause(500)
    await debug.send('HeapProfiler.collectGarbage')
    await debug.send('HeapProfiler.collectGarbage')
    const heap = await debug.send('Runtime.getHeapUsage')
    const { processInfo } = await root.send('SystemInfo.getProcessInfo')
    const resident = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => residentMemory(id))
    const elements = await tab.evaluate(() => document.querySelectorAll('*').length)
    return {
      heap: heap.usedSize / 1e6,
      arrays: heap.backingStorageSize / 1e6,
      resident: Math.max(...resident),
      elements,
    }
  }

  console.log(`${rate} steps a second, nine lines, ${BATCHES_A_SECOND} messages a second`)
  console.log('| minutes fed | steps | objects, MB | arrays, MB | process resident, MB | elements |')
  console.log('|---|---|---|---|---|---|')
  const began = performance.now()
  const batches = minutes * 60 * BATCHES_A_SECOND
  for (let mark = 0, told = 0; mark <= MARKS; mark++) {
    for (const end = Math.round((batches * mark) / MARKS); told < end; told++) {
      tellSteps(Math.round(rate / BATCHES_A_SECOND))
      await pause(0)
      while (workbench.backlog() > ENOUGH) await pause(5)
      // What is still in the browser's own buffers is not seen from here.
      if (told % 50 === 49) await untilShown()
    }
    if (step === 0) tellSteps(1)
    await untilShown()
    const { heap, arrays, resident, elements } = await measure()
    const row = [
      (told / BATCHES_A_SECOND / 60).toFixed(1),
      shown(step),
      heap.toFixed(1),
      arrays.toFixed(1),
      resident.toFixed(0),
      elements,
    ]
    console.log(`| ${row.join(' | ')} |`)
  }
  console.error(`fed in ${((performance.now() - began) / 1000).toFixed(0)} s`)
  if (process.env.SCREENSHOT) await tab.screenshot({ path: process.env.SCREENSHOT })
} finally {
  for (const browser of opened) await browser.close()
  await workbench.close()
  await sources.close()
}
