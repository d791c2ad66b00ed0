// Frames while a shape is dragged in an unrolled diagram of 61 shapes, in chromium:
//
//   node test/bench/diagram-drag.mjs
//
import { z } from 'zod'
import { withBenchPage } from './bench-page.mjs'

const script = `
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
const measured = z.object({ frames: z.array(z.number()).min(2), shapes: z.number() })

await withBenchPage(script, { width: 1280, height: 800 }, async (page) => {
  await page.waitForFunction('globalThis.shapes > 0', null, { timeout: 60_000 })
  await page.waitForTimeout(1000)
  const box = await page.locator('[data-id="shape:h@10"]').boundingBox()
  if (!box) throw new Error('The diagram does not show the circle that is to be dragged.')
  const x = box.x + box.width / 2
  const y = box.y + box.height / 2
  await page.mouse.move(x, y)
  await page.mouse.down()
  await page.evaluate(
    'frames = []; requestAnimationFrame(function frame(now) { frames.push(now); requestAnimationFrame(frame) })',
  )
  for (let step = 0; step < 240; step++) {
    await page.mouse.move(x + 150 * Math.sin(step / 20), y + 100 * Math.sin(step / 13))
  }
  const { frames, shapes } = measured.parse(await page.evaluate('({ frames, shapes })'))
  await page.mouse.up()
  const gaps = frames.slice(1).map((now, index) => now - (frames[index] ?? now))
  gaps.sort((a, b) => a - b)
  /** @param {number} share */
  const at = (share) => `${gaps[Math.floor((gaps.length - 1) * share)]?.toFixed(1)} ms`
  const perSecond = (1000 * gaps.length) / gaps.reduce((sum, gap) => sum + gap, 0)
  console.log(
    `${shapes} shapes: ${perSecond.toFixed(1)} frames a second over ${gaps.length} frames; ` +
      `a frame ${at(0.5)} (median), ${at(0.95)} (95 %), ${at(1)} (longest)`,
  )
})
