// How long the chart of losses takes to draw 100,000 steps of nine lines, and each further tenth of a second of them,
// in chromium: the time of the whole animation frame's work (buckets, chart.js, canvas), by performance.now around it.
//
//   node test/bench/chart.mjs [screenshot folder]
//
import path from 'node:path'
import { z } from 'zod'
import { withBenchPage } from './bench-page.mjs'

const [folder] = process.argv.slice(2)

/** Every animation frame's work is timed into `taken`, ms. */
const script = `
globalThis.taken = []
const request = requestAnimationFrame.bind(window)
window.requestAnimationFrame = (work) =>
  request((now) => {
    const start = performance.now()
    work(now)
    taken.push(performance.now() - start)
  })
const { mount } = await import('svelte')
await import('/src-renderer/ui/tokens.css')
const { default: document } = await import('/resources/architectures/sequence-eight-outputs.json')
const { default: Harness } = await import('/test/bench/chart/Harness.svelte')
mount(Harness, { target: globalThis.document.querySelector('#app'), props: { document } })
`
const milliseconds = z.array(z.number()).min(1)

await withBenchPage(script, { width: 700, height: 320 }, async (page, address) => {
  /** @param {string} change an expression of the page @param {number} wait ms */
  const longest = async (change, wait) => {
    const work = `(async () => {
      taken.length = 0
      ${change}
      await new Promise((resolve) => setTimeout(resolve, ${wait}))
      return taken
    })()`
    return Math.max(...milliseconds.parse(await page.evaluate(work)))
  }
  await page.waitForFunction('globalThis.append')
  console.log(`first drawing of 100,000 x 9: ${(await longest('append(99_999)', 500)).toFixed(1)} ms`)
  const live = []
  for (let round = 0; round < 30; round++) live.push(await longest('append(40)', 120))
  live.sort((a, b) => a - b)
  console.log(`live, 40 further steps: median ${live[15]?.toFixed(1)} ms, worst ${live[29]?.toFixed(1)} ms`)
  for (const change of [
    `{ unit: 'perplexity' }`,
    `{ unit: 'nats', logX: true }`,
    `{ logX: false, smooth: true }`,
  ]) {
    console.log(`${change}: ${(await longest(`set(${change})`, 300)).toFixed(1)} ms`)
  }
  if (folder === undefined) return
  await longest('set({ smooth: false })', 300)
  await page.screenshot({ path: path.join(folder, 'chart-light.png') })
  await page.mouse.move(250, 100)
  await page.waitForTimeout(200)
  await page.mouse.wheel(0, -600)
  await page.waitForTimeout(500)
  await page.screenshot({ path: path.join(folder, 'chart-zoomed.png') })
  await page.goto(`${address}#dark`)
  await page.reload()
  await page.waitForFunction('globalThis.append')
  await longest('append(30_000)', 300)
  await longest(`set({ smooth: true, unit: 'bits' })`, 300)
  await page.screenshot({ path: path.join(folder, 'chart-dark.png') })
})
