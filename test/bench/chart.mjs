// How long the chart of losses takes to draw 100,000 steps of nine lines, and each further tenth of a second of them,
// in chromium: the time of the whole animation frame's work (buckets, chart.js, canvas), by performance.now around it.
//
//   node test/bench/chart.mjs [screenshot folder]
//
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { chromium } from 'playwright-core'
import { build } from 'vite'

const [folder] = process.argv.slice(2)
const out = await mkdtemp(path.join(tmpdir(), 'unroll-chart-'))
await build({
  root: path.join(import.meta.dirname, 'chart'),
  base: './',
  configFile: false,
  logLevel: 'error',
  plugins: [svelte({ configFile: false })],
  build: { outDir: out, emptyOutDir: true, target: 'chrome108' },
})
const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }
const server = createServer((request, response) => {
  const name = request.url === '/' ? 'index.html' : request.url.slice(1).split('?')[0]
  readFile(path.join(out, name)).then(
    (bytes) => response.setHeader('content-type', types[path.extname(name)] ?? 'font/woff2').end(bytes),
    () => response.writeHead(404).end(),
  )
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
try {
  const page = await browser.newPage({ viewport: { width: 700, height: 320 } })
  page.on('pageerror', (error) => console.error(error))
  await page.addInitScript(() => {
    const request = window.requestAnimationFrame.bind(window)
    window.frames_ = []
    window.requestAnimationFrame = (work) =>
      request((now) => {
        const start = performance.now()
        work(now)
        window.frames_.push(performance.now() - start)
      })
  })
  const address = `http://127.0.0.1:${server.address().port}/`
  await page.goto(address)
  await page.waitForTimeout(500)
  const timed = (count, times) =>
    page.evaluate(
      async ([steps, rounds]) => {
        const taken = []
        for (let round = 0; round < rounds; round++) {
          window.frames_.length = 0
          window.append(steps)
          await new Promise((resolve) => setTimeout(resolve, 120))
          taken.push(Math.max(...window.frames_))
        }
        return taken
      },
      [count, times],
    )
  const median = (times) => [...times].sort((a, b) => a - b)[times.length >> 1].toFixed(1)
  const first = await timed(99_999, 1)
  console.log(`first drawing of 100,000 x 9: ${median(first)} ms`)
  const live = await timed(40, 30)
  console.log(`live, 40 further steps: median ${median(live)} ms, worst ${Math.max(...live).toFixed(1)} ms`)
  for (const change of [
    { unit: 'perplexity' },
    { unit: 'nats', logX: true },
    { logX: false, smooth: true },
  ]) {
    await page.evaluate((next) => {
      window.frames_.length = 0
      window.set(next)
    }, change)
    await page.waitForTimeout(300)
    const [taken] = await page.evaluate(() => [Math.max(...window.frames_)])
    console.log(`${JSON.stringify(change)}: ${taken.toFixed(1)} ms`)
  }
  if (folder) {
    await page.evaluate(() => window.set({ smooth: false }))
    await page.waitForTimeout(300)
    await page.screenshot({ path: path.join(folder, 'chart-light.png') })
    await page.mouse.move(250, 100)
    await page.waitForTimeout(200)
    await page.mouse.wheel(0, -600)
    await page.waitForTimeout(500)
    await page.screenshot({ path: path.join(folder, 'chart-zoomed.png') })
    await page.goto(`${address}#dark`)
    await page.reload()
    await timed(30_000, 1)
    await page.evaluate(() => window.set({ smooth: true, unit: 'bits' }))
    await page.waitForTimeout(300)
    await page.screenshot({ path: path.join(folder, 'chart-dark.png') })
  }
} finally {
  await browser.close()
  server.close()
  await rm(out, { recursive: true })
}
