import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browserMissing, openInBrowser } from './server-shell'
import type { Workbench } from './workbench'

if (browserMissing !== null) console.error(`SKIPPED: no browser can be driven here: ${browserMissing}`)

describe.skipIf(browserMissing !== null)('a first start, with nothing', () => {
  let workbench: Workbench
  const failures: string[] = []

  beforeAll(async () => {
    workbench = await openInBrowser()
    workbench.page.on('pageerror', (error) => failures.push(error.message))
  })
  afterAll(() => workbench.close())

  test('trains by one click', async () => {
    const { page } = workbench
    await page.getByRole('main').getByRole('button', { name: 'Train' }).click()
    const run = page.getByRole('region', { name: 'Run', exact: true })
    await run.getByRole('button', { name: 'Pause' }).waitFor()
    await run
      .getByText(/step\s*[1-9]/)
      .first()
      .waitFor({ timeout: 60_000 })
    expect(failures).toEqual([])
  })
})
