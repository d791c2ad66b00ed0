import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browserMissing, openInBrowser } from './server-shell'
import type { Workbench } from './workbench'

if (browserMissing !== null) console.log(`The specs in a browser did NOT run: ${browserMissing}.`)

/** One person's way through the program: each test goes on where the one before ended. */
describe.skipIf(browserMissing !== null)('in a browser', () => {
  let workbench: Workbench
  const failures: string[] = []

  async function open(from: () => Promise<Workbench>): Promise<void> {
    workbench = await from()
    workbench.page.on('pageerror', (error) => failures.push(error.message))
  }
  beforeAll(() => open(openInBrowser))
  afterAll(() => workbench.close())

  test('a first start trains by one click', async () => {
    const { page } = workbench
    await page.getByRole('main').getByRole('button', { name: 'Train' }).click()
    await page
      .getByRole('button', { name: /^Pause/ })
      .first()
      .waitFor()
    await page
      .getByText(/Training/)
      .first()
      .waitFor()
    await page
      .getByText(/step [1-9]/)
      .first()
      .waitFor({ timeout: 60_000 })
  })

  test('the diagram unrolls to a column a step, and rolls up again', async () => {
    const { page } = workbench
    await page.getByText('Unrolled', { exact: true }).click()
    await page.getByText('character 8', { exact: true }).first().waitFor()
    await page.getByText('Rolled', { exact: true }).click()
    await page
      .getByText(/repeat for t/)
      .first()
      .waitFor()
  })

  test('a paused run writes text', async () => {
    const { page } = workbench
    await page
      .getByRole('button', { name: /^Pause/ })
      .first()
      .click()
    await page.getByText('Paused').first().waitFor()
    await page
      .getByRole('button', { name: /^Generate/ })
      .last()
      .click()
    const text = page.getByRole('textbox', { name: /^Generated text/ })
    await expect.poll(async () => (await text.innerText()).length, { timeout: 60_000 }).toBeGreaterThan(200)
    await page.getByRole('button', { name: /^Continue/ }).waitFor()
    // Whatever is kept is kept within a second and a half of its last change.
    await page.waitForTimeout(1500)
  })

  test('after a restart the run, its steps and its text are there again', async () => {
    await open(() => workbench.reopen())
    const { page } = workbench
    await page.getByText('Emma').first().waitFor()
    await page
      .getByText(/step [1-9]/)
      .first()
      .waitFor()
    const text = page.getByRole('textbox', { name: /^Generated text/ })
    await expect.poll(async () => (await text.innerText()).length, { timeout: 30_000 }).toBeGreaterThan(200)
  })

  test('nothing of it threw', () => {
    expect(failures).toEqual([])
  })
})
