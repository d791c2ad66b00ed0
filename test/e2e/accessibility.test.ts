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

/** Shows what is there in this scheme, and waits until its colours are: on their way they would be measured too. */
async function showIn(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
  await page.locator(`:root[data-theme=${colorScheme}]`).waitFor({ state: 'attached' })
  await page.waitForFunction(() => document.getAnimations().every(({ playState }) => playState !== 'running'))
}

/** What axe holds against what is before it and calls at least serious, a line each. */
async function findings(page: Page): Promise<string[]> {
  // Evaluated by the debugger's way in, to which the page's content security policy does not apply: it stays strict.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source)
  const { violations, passes } = await page.evaluate(() =>
    window.axe.run(document, { resultTypes: ['violations'] }),
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

  test.each(screens)('$name', async (screen) => {
    const { page } = workbench
    await screen.show(page)
    await showIn(page, 'light')
    const light = await findings(page)
    await showIn(page, 'dark')
    const dark = await findings(page)
    await screen.leave?.(page)
    expect({ light, dark }).toEqual({ light: [], dark: [] })
  })
})
