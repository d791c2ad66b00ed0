import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Random } from '../../src-core/random/random'
import { electronShell } from './electron-workbench'
import { browserMissing, openInBrowser } from './server-shell'
import { dropFiles, type Workbench } from './workbench'

if (browserMissing !== null) console.error(`SKIPPED: no browser can be driven here: ${browserMissing}`)

const shells = [
  {
    name: "Debian's chromium",
    open: browserMissing === null ? () => openInBrowser({ viewport: { width: 1440, height: 900 } }) : null,
  },
  { name: 'Electron', open: await electronShell() },
]

/**
 * Words that nobody can guess, so that no loss comes to rest however fast the machine, and so many that a run of them
 * does not end by itself while it is watched.
 */
function wordsInNoOrder(count: number): string {
  const random = Random.from(1, 'words')
  const words = ['road', 'night', 'sing', 'the', 'long', 'and', 'so', 'on,', 'we', 'short.']
  return Array.from({ length: count }, () => words[Math.floor(random.uniform() * words.length)]).join(' ')
}

/** The whole way of one person, the same in both shells: each test goes on where the one before ended. */
describe.each(shells)('from a text to a network that writes, in $name', ({ open }) => {
  describe.skipIf(open === null)('', () => {
    if (!open) return
    const folder = mkdtempSync(join(tmpdir(), 'unroll-text-'))
    const text = join(folder, 'road.txt')
    const failures: string[] = []
    let workbench: Workbench
    let page: Page

    async function begin(opening: Promise<Workbench>): Promise<void> {
      workbench = await opening
      page = workbench.page
      page.on('pageerror', (error) => failures.push(error.message))
    }
    beforeAll(() => {
      writeFileSync(text, wordsInNoOrder(100_000))
      return begin(open())
    })
    afterAll(async () => {
      await workbench.close()
      rmSync(folder, { recursive: true })
    })

    const architectures = () => page.getByRole('region', { name: 'Architectures' })
    const runs = () => page.getByRole('region', { name: 'Runs' })
    const diagram = () => page.getByRole('application', { name: /^Diagram of/ })
    const triangles = () => diagram().getByRole('group', { name: /^Triangle/ })
    const circles = () => diagram().getByRole('group', { name: /^Circle/ })
    const run = () => page.getByRole('region', { name: 'Run', exact: true })
    const losses = () => run().getByRole('table', { name: 'Loss by line at the newest step' })
    const written = () => page.getByRole('textbox', { name: /^Generated text/ })
    const lengthWritten = async () => (await written().innerText()).length
    /** The newest loss of every line of the chart, by its name. */
    const newest = () =>
      losses()
        .getByRole('row')
        .filter({ has: page.getByRole('button') })
        .allInnerTexts()
    const step = async () =>
      Number(/step\s*([\d,]+)/.exec(await run().innerText())?.[1]?.replaceAll(',', '') ?? Number.NaN)
    /** Where a key acts on the diagram and the run, and not on a field. */
    const leaveFields = () => page.getByRole('heading', { name: 'unroll' }).click()

    test('a text that is dropped on the window becomes a corpus', async () => {
      await page.getByRole('main').waitFor()
      await dropFiles(page, [text])
      await page.getByRole('region', { name: 'Corpora' }).getByRole('button', { name: /^road/ }).waitFor()
    })

    test('a second output is drawn, and undo takes it away', async () => {
      await architectures()
        .getByRole('button', { name: /^simple-rnn/ })
        .click()
      await expect.poll(() => triangles().count()).toBe(1)
      await page.getByRole('radio', { name: /^Triangle/ }).click()
      const around = await diagram().boundingBox()
      if (!around) throw new Error('no diagram')
      await page.mouse.click(around.x + around.width - 60, around.y + 90)
      await expect.poll(() => triangles().count()).toBe(2)
      await leaveFields()
      await workbench.press('Control+z')
      await expect.poll(() => triangles().count()).toBe(1)
    })

    test('the diagram unrolls to a column a step, and rolls up again', async () => {
      await expect.poll(() => circles().count()).toBe(1)
      await workbench.press('u')
      await expect.poll(() => circles().count()).toBe(8)
      await workbench.press('u')
      await expect.poll(() => circles().count()).toBe(1)
    })

    test('a run of eight outputs trains, and nine lines move', async () => {
      await architectures()
        .getByRole('button', { name: /^sequence-eight-outputs/ })
        .click()
      await expect.poll(() => triangles().count()).toBe(8)
      await page
        .getByRole('banner')
        .getByRole('button', { name: /^Train/ })
        .click()
      await expect.poll(newest, { timeout: 60_000 }).toHaveLength(9)
      const first = await newest()
      expect(first.map((row) => row.split('\t')[0]?.split('\n')[0])).toEqual([
        ...[2, 3, 4, 5, 6, 7, 8, 9].map((position) => `character ${position}`),
        expect.stringContaining('total'),
      ])
      const moved = new Set<number>()
      const lookAgain = async () => {
        for (const [line, row] of (await newest()).entries()) if (row !== first[line]) moved.add(line)
        return moved.size
      }
      await expect.poll(lookAgain).toBe(9)
    })

    test('the learning rate changes while it trains', async () => {
      const rate = run().getByRole('textbox', { name: /^Learning rate/ })
      await rate.fill('5e-4')
      await rate.press('Enter')
      await leaveFields()
      await expect.poll(() => rate.inputValue()).toBe('5.0e-4')
      const at = await step()
      await expect.poll(step).toBeGreaterThan(at)
    })

    test('space pauses it, and no step is taken any more', async () => {
      await workbench.press('Space')
      await run().getByText('Paused').waitFor()
      const at = await step()
      await workbench.press('ArrowRight')
      await expect.poll(step).toBe(at + 1)
    })

    test('it writes while it is paused', async () => {
      await workbench.press('Control+Enter')
      await expect.poll(lengthWritten, { timeout: 30_000 }).toBeGreaterThan(200)
      await workbench.press('Escape')
      await run().getByText('Paused').waitFor()
    })

    test('it goes on where it stood, and stops with a checkpoint', async () => {
      const at = await step()
      await page
        .getByRole('banner')
        .getByRole('button', { name: /^Resume/ })
        .click()
      await expect.poll(step).toBeGreaterThan(at)
      await run().getByRole('button', { name: 'Stop' }).click()
      await run().getByText('Stopped').waitFor()
    })

    test('after a restart the corpus, the run, its losses and its text are there', async () => {
      const before = { step: await step(), losses: await newest(), written: await written().innerText() }
      await begin(workbench.reopen())
      await page.getByRole('region', { name: 'Corpora' }).getByRole('button', { name: /^road/ }).waitFor()
      await runs()
        .getByRole('button', { name: /sequence-eight-outputs/ })
        .waitFor()
      await expect.poll(step).toBe(before.step)
      await expect.poll(newest).toEqual(before.losses)
      await expect.poll(() => written().innerText()).toBe(before.written)
    })

    test('the inspector says what it expects after every character', async () => {
      await page.getByRole('tab', { name: 'Inspect' }).click()
      await page.getByRole('textbox', { name: 'Text that the network reads' }).fill('the road')
      const table = page.getByRole('region', { name: /^What it expects/ })
      await expect
        .poll(() => table.getByRole('rowheader').allInnerTexts())
        .toEqual(['t', 'h', 'e', '␣', 'r', 'o', 'a', 'd'])
    })

    test('the diagram, the chart and the losses leave as files', async () => {
      const exported = async (pane: string, button: string, item: RegExp) => {
        await page
          .getByRole('region', { name: pane, exact: true })
          .getByRole('button', { name: button })
          .click()
        return workbench.saved(() => page.getByRole('menuitem', { name: item }).click())
      }
      const svg = (await exported('Architecture', 'Export', /SVG/)).toString()
      expect(svg).toMatch(/^<svg /)
      expect(svg.match(/character \d/g)?.length).toBeGreaterThanOrEqual(16)
      expect([...(await exported('Architecture', 'Export', /PNG/)).subarray(0, 4)]).toEqual([
        0x89, 80, 78, 71,
      ])
      expect((await exported('Run', 'Export', /SVG/)).toString()).toMatch(/^<svg /)
      const [names, ...rows] = (await exported('Run', 'Export', /^Series as CSV/))
        .toString()
        .trim()
        .split('\n')
      expect(names?.split(',').filter((name) => name.includes('character'))).toHaveLength(8)
      expect(rows).toHaveLength(await step())
    })

    test('nothing of the page threw', () => {
      expect(failures).toEqual([])
    })
  })
})
