// A part of the page alone, built by vite and opened in chromium, so that nothing else of the window is measured.

import { createServer } from 'node:http'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { chromium } from 'playwright-core'
import { build } from 'vite'
import { z } from 'zod'

const builds = z.object({
  output: z.array(
    z.object({
      type: z.string(),
      fileName: z.string(),
      code: z.string().optional(),
      source: z.union([z.string(), z.instanceof(Uint8Array)]).optional(),
    }),
  ),
})

/** The browser that is driven. */
export const chromiumFile = process.env.CHROMIUM ?? '/usr/bin/chromium'

/**
 * @param {string} script what the page runs; its imports are from the repository's root
 * @param {{ width: number, height: number }} viewport in CSS pixels
 * @param {(page: import('playwright-core').Page, address: string) => Promise<void>} work
 * @param {readonly string[]} flags of the browser
 */
export async function withBenchPage(script, viewport, work, flags = []) {
  const server = serve(await built(script))
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)))
  const { port } = z.object({ port: z.number() }).parse(server.address())
  const browser = await chromium.launch({ executablePath: chromiumFile, args: ['--no-sandbox', ...flags] })
  try {
    const page = await browser.newPage({ viewport })
    page.on('pageerror', (error) => console.error(error))
    const address = `http://127.0.0.1:${port}/`
    await page.goto(address)
    await work(page, address)
  } finally {
    await browser.close()
    server.close()
  }
}

/** @param {string} script */
async function built(script) {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    plugins: [
      {
        name: 'bench-page',
        resolveId: (id) => (id === 'bench' ? 'bench.js' : undefined),
        load: (id) => (id === 'bench.js' ? script : undefined),
      },
      svelte({ configFile: false }),
    ],
    build: {
      write: false,
      target: 'chrome108',
      assetsInlineLimit: 10_000_000,
      cssCodeSplit: false,
      rolldownOptions: { input: 'bench' },
    },
  })
  return builds.parse(result).output
}

/** @param {z.infer<typeof builds>['output']} files */
function serve(files) {
  const script = files.find(({ type }) => type === 'chunk')?.fileName
  const style = files.find(({ fileName }) => fileName.endsWith('.css'))?.fileName
  const index = `<!doctype html><html data-theme="light"><link rel="stylesheet" href="/${style}">
<body style="margin:0"><div id="app" style="position:fixed;inset:0;display:flex"></div>
<script type="module" src="/${script}"></script></body></html>`
  return createServer((request, response) => {
    const name = request.url?.slice(1) ?? ''
    const file = files.find(({ fileName }) => fileName === name)
    const kind = name.endsWith('.js') ? 'javascript' : name.endsWith('.css') ? 'css' : 'html'
    response.setHeader('content-type', `text/${kind}; charset=utf-8`)
    response.end(file ? (file.code ?? file.source) : index)
  })
}
