import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { opTable } from '../fixtures/op-table'
import { chromiumFile, withBenchPage } from '../bench/bench-page.mjs'

const missing = !existsSync(chromiumFile)
if (missing) console.error(`SKIPPED: the op table in a page: there is no ${chromiumFile}`)

/** Chromium's own software driver for Vulkan; another browser, or a GPU, would need other flags. */
const FLAGS = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader']

const script = `
import { runOpTable } from '/test/e2e/op-table-page.ts'
globalThis.runOpTable = runOpTable
`
const rowsSchema = z.array(z.object({ name: z.string(), wrong: z.string().nullable() }))

describe.skipIf(missing)("the engine webgpu on a page's own GPU", () => {
  test('agrees with the reference on every op of the table', async ({ skip }) => {
    let found: unknown
    await withBenchPage(
      script,
      { width: 400, height: 300 },
      async (page) => {
        await page.waitForFunction('globalThis.runOpTable')
        found = await page.evaluate('globalThis.runOpTable()')
      },
      FLAGS,
    )
    if (typeof found === 'string') {
      console.error(`SKIPPED: the op table in a page: ${found}`)
      skip()
    }
    const rows = rowsSchema.parse(found)
    expect(rows.filter(({ wrong }) => wrong !== null)).toEqual([])
    expect(rows.length).toBe(opTable.length)
  })
})
