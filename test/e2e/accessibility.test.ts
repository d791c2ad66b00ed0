import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { screens } from './screens'
import { browserMissing, openInBrowser } from './server-shell'
import type { Workbench } from './workbench'

declare global {
  interface Window {
    readonly axe: typeof axe
  }
}

if (browserMissing !== null) console.log(`Accessibility was NOT checked: ${browserMissing}.`)

/** What axe holds against what is before it and calls at least serious, a line each. */
async function findings(page: Page): Promise<string[]> {
  // Evaluated by the debugger's way in, to which the page's content security policy does not apply: it stays strict.
  await page.evaluate(axe.source)
  const { violations, passes } = await page.evaluate(() =>
    window.axe.run(document, { resultTypes: ['violations', 'passes'] }),
  )
  // Proof that it looked at something.
  expect(passes.length).toBeGreaterThan(5)
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, impact, help, nodes }) =>
      nodes.map(({ html, any }) => {
        const why = any.map(({ message }) => message).join(' ')
        return `${impact ?? ''} ${id}: ${help} | ${html.slice(0, 200)} | ${why}`
      }),
    )
}

/** One way through the program: each test goes on where the one before ended. */
describe.skipIf(browserMissing !== null)('axe finds nothing serious in', () => {
  let workbench: Workbench
  beforeAll(async () => {
    workbench = await openInBrowser()
    // Of one click; what takes longer says so. A screen that does not come is to cost the others nothing.
    workbench.page.setDefaultTimeout(10_000)
  })
  afterAll(() => workbench.close())

  test.each(screens)('$name', async ({ show, leave }) => {
    const { page } = workbench
    // Colours on their way to others would be measured half way.
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
    await show(page)
    const light = await findings(page)
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
    await page.locator(':root[data-theme=dark]').waitFor({ state: 'attached' })
    const dark = await findings(page)
    await leave?.(page)
    expect({ light, dark }).toEqual({ light: [], dark: [] })
  })
})
