/**
 * Frames while a shape is dragged in an unrolled diagram of 61 shapes, in chromium: `node test/bench/diagram-drag.mjs`.
 * The canvas alone, built by vite, so that nothing else of the window is measured.
 */
import { createServer } from 'node:http'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { chromium } from 'playwright-core'
import { build } from 'vite'
import { z } from 'zod'

const PAGE = (
  script,
  style,
) => `<!doctype html><html data-theme="light"><link rel="stylesheet" href="/${style}"><body><div id="app" style="position:fixed;inset:0"></div>
<script type="module" src="/${script}"></script></body></html>`
const SCRIPT = `
import { mount } from 'svelte'
import '/src-renderer/ui/tokens.css'
import document from '/resources/architectures/sequence-rnn.json'
import { parseArchitecture } from '/src-core/architecture/parse.ts'
import { unroll } from '/src-core/architecture/unroll.ts'
import Diagram from '/src-renderer/features/architecture/canvas/Diagram.svelte'
import { ArchitectureEditor } from '/src-renderer/features/architecture/model/editor.svelte.ts'
const rolled = parseArchitecture({ ...document, boxes: document.boxes.map((box) => ({ ...box, to: 20 })) })
const editor = new ArchitectureEditor(unroll(rolled))
editor.vocabulary = 86
const insets = [{ top: 20, right: 20, bottom: 20, left: 20 }]
const props = { editor, highlight: { output: null, color: null }, outputs: new Map(), insets, refuse: console.error }
mount(Diagram, { target: globalThis.document.getElementById('app'), props })
globalThis.shapes = editor.shown.shapes.length
`

const measured = z.object({ frames: z.array(z.number()), shapes: z.number() })
const page = {
  name: 'bench-page',
  resolveId: (id) => (id === 'bench' ? 'bench.js' : undefined),
  load: (id) => (id === 'bench.js' ? SCRIPT : undefined),
}

const built = await build({
  configFile: false,
  logLevel: 'error',
  plugins: [page, svelte({ configFile: false })],
  build: {
    write: false,
    assetsInlineLimit: 10_000_000,
    cssCodeSplit: false,
    rolldownOptions: { input: 'bench' },
  },
})
const files = z.array(
  z.object({
    type: z.string(),
    fileName: z.string(),
    code: z.string().optional(),
    source: z.unknown().optional(),
  }),
)
const outputs = files.parse('output' in built ? built.output : [])
const server = createServer((request, response) => {
  const name = new URL(request.url, 'http://page').pathname.slice(1)
  const file = outputs.find(({ fileName }) => fileName === name)
  const code = outputs.find(({ type }) => type === 'chunk')
  const css = outputs.find(({ fileName }) => fileName.endsWith('.css'))
  response.setHeader(
    'content-type',
    name.endsWith('.js') ? 'text/javascript' : name.endsWith('.css') ? 'text/css' : 'text/html',
  )
  response.end(file ? (file.code ?? file.source) : PAGE(code?.fileName, css?.fileName))
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
})
try {
  const tab = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  tab.on('pageerror', (error) => console.error(error))
  await tab.goto(`http://127.0.0.1:${server.address().port}/`)
  await tab.waitForFunction('globalThis.shapes > 0', null, { timeout: 60_000 })
  await tab.waitForTimeout(1000)
  const box = await tab.locator('[data-id="shape:h@10"]').boundingBox()
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  await tab.mouse.move(x, y)
  await tab.mouse.down()
  await tab.evaluate(
    'frames = []; requestAnimationFrame(function frame(now) { frames.push(now); requestAnimationFrame(frame) })',
  )
  for (let step = 0; step < 240; step++) {
    await tab.mouse.move(x + 150 * Math.sin(step / 20), y + 100 * Math.sin(step / 13))
  }
  const { frames, shapes } = measured.parse(await tab.evaluate('({ frames, shapes })'))
  await tab.mouse.up()
  const gaps = frames.slice(1).map((now, index) => now - frames[index])
  gaps.sort((a, b) => a - b)
  const at = (share) => gaps[Math.floor((gaps.length - 1) * share)].toFixed(1)
  const perSecond = (1000 * gaps.length) / gaps.reduce((sum, gap) => sum + gap, 0)
  console.log(
    `${shapes} shapes: ${perSecond.toFixed(1)} frames a second over ${gaps.length} frames; a frame ${at(0.5)} ms (median), ${at(0.95)} ms (95 %), ${at(1)} ms (longest)`,
  )
} finally {
  await browser.close()
  server.close()
}
