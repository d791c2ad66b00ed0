import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { beginTraining } from './screens'
import { browserMissing, openInBrowser } from './server-shell'
import type { Workbench } from './workbench'

if (browserMissing !== null) console.log(`The change of projects was NOT tried: ${browserMissing}.`)

/** Each test goes on where the one before ended. */
describe.skipIf(browserMissing !== null)('another project, chosen while a run trains', () => {
  const above = mkdtempSync(join(tmpdir(), 'unroll-projects-'))
  const [first, second] = [join(above, 'First'), join(above, 'Second')]
  let workbench: Workbench

  beforeAll(async () => {
    // Where the shell keeps them: see openInBrowser.
    mkdirSync(join(first, 'config'), { recursive: true })
    mkdirSync(second)
    writeFileSync(join(first, 'config', 'recent.json'), JSON.stringify([{ folder: second, name: 'Second' }]))
    workbench = await openInBrowser({}, first)
    await beginTraining(workbench.page, 'lesson/sequence-rnn')
  })
  afterAll(async () => {
    await workbench.close()
    rmSync(above, { recursive: true, force: true, maxRetries: 10 })
  })

  async function choose(name: string): Promise<void> {
    const { page } = workbench
    await page.getByRole('navigation', { name: 'Where you are' }).getByRole('button').click()
    await page.getByRole('menuitem', { name }).click()
  }
  const question = () => workbench.page.getByRole('dialog', { name: 'Open Second?' })

  test('says what would happen, and leaves the run alone when called off', async () => {
    const { page } = workbench
    await choose('Second')
    await question()
      .getByText(/is training. It stops with a checkpoint/)
      .waitFor()
    await question().getByRole('button', { name: 'Cancel' }).click()
    await question().waitFor({ state: 'detached' })
    await page.getByRole('status').getByText('Training').waitFor()
  })

  test('stops the run with a checkpoint and opens the other, which is empty', async () => {
    const { page } = workbench
    await choose('Second')
    await question().getByRole('button', { name: 'Stop and open' }).click()
    await page.getByRole('heading', { name: 'A network that learns to write' }).waitFor({ timeout: 60_000 })
  })

  test('goes back without a question, and the run can go on', async () => {
    const { page } = workbench
    await choose('First')
    await page.getByRole('status').getByText('Stopped').waitFor({ timeout: 60_000 })
    await page.getByText(/^checkpoint /).waitFor()
    await page.getByRole('button', { name: 'Resume' }).first().click()
    await page.getByRole('status').getByText('Training').waitFor({ timeout: 60_000 })
    expect(await page.getByRole('status').getByText('Training').isVisible()).toBe(true)
  })
})
