import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ElectronApplication, Page } from 'playwright-core'
import { electronHere, Home, startElectron } from './electron'
import { beginTraining } from './screens'
import { browserMissing, openInBrowser } from './server-shell'

type Scheme = 'light' | 'dark'
type Camera = (name: string, sizes?: readonly Size[]) => Promise<void>
interface Size {
  readonly width: number
  readonly height: number
}

const small: Size = { width: 1280, height: 800 }
const large: Size = { width: 1920, height: 1080 }
const schemes: readonly Scheme[] = ['light', 'dark']
/** What is worth its bytes twice. */
const both = [small, large]

/** How long a run trains before it is shown: by then its curves have their shape. */
const STEPS = 2500
/** Beside it, or in a second window, less is enough. */
const FEWER_STEPS = 600
/** Training takes minutes where the machine has other work. */
const PATIENCE = { timeout: 600_000 }

/** Writes all pictures anew. @param folder made if absent */
export async function takePictures(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  for (const file of readdirSync(folder)) if (file.endsWith('.png')) rmSync(join(folder, file))
  if (browserMissing === null) await inBrowser(folder)
  else console.log(`No pictures of the page in a browser: ${browserMissing}.`)
  await inElectron(folder)
}

async function inBrowser(folder: string): Promise<void> {
  // Its name stands in the header.
  const above = mkdtempSync(join(tmpdir(), 'unroll-screenshots-'))
  const workbench = await openInBrowser({}, join(above, 'Unroll'))
  const { page } = workbench
  const camera: Camera = async (name, sizes = [small]) => {
    for (const size of sizes) {
      await page.setViewportSize(size)
      for (const scheme of schemes) {
        await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
        await settled(page, scheme)
        await page.screenshot({ path: join(folder, `${name}-${scheme}-${size.width}.png`) })
      }
    }
    await page.setViewportSize(small)
  }
  try {
    await page.emulateMedia({ reducedMotion: 'reduce' })
    await wayThrough(page, camera)
  } finally {
    await workbench.close()
    rmSync(above, { recursive: true, force: true, maxRetries: 10 })
  }
}

/** From an empty project to two runs beside each other. */
async function wayThrough(page: Page, camera: Camera): Promise<void> {
  await page.getByRole('heading', { name: 'A network that learns to write' }).waitFor()
  await camera('first', both)

  await beginTraining(page, 'lesson/sequence-rnn')
  await reached(page, STEPS)
  await generate(page)
  await camera('training', both)
  await page.getByRole('radio', { name: 'Unrolled' }).click()
  await page.getByText('character 8', { exact: true }).first().waitFor()
  await camera('unrolled')
  await page.getByRole('radio', { name: 'Rolled', exact: true }).click()

  await page.keyboard.press('Control+.')
  await page.getByRole('status').getByText('Stopped').waitFor(PATIENCE)
  // Drawn this carefully it copies, and the shading shows it.
  await generate(page, { prime: 'Mr. Knightley ', temperature: 0.3 })
  const text = page.getByRole('textbox', { name: /^Generated text/ })
  await text.press('Home')
  for (let moved = 0; moved < 40; moved += 1) await text.press('ArrowRight')
  await page.getByText(/^Instead of/).waitFor()
  await camera('generator')
  await text.press('Escape')

  await page.getByRole('tab', { name: 'Inspect' }).click()
  await page.getByRole('heading', { name: 'Hidden state' }).waitFor(PATIENCE)
  await camera('inspector')
  await page.getByRole('tab', { name: 'Corpus' }).click()
  await page.getByText(/^Window 1 of/).waitFor(PATIENCE)
  await camera('corpus')
  await page.getByRole('tab', { name: 'Generate' }).click()

  await compare(page)
  await camera('comparison')
}

/** Until there is something to see. */
async function reached(page: Page, step: number): Promise<void> {
  await page.waitForFunction(
    (wanted) => {
      const shown = [...document.querySelectorAll('section[aria-label=Run] *')]
        .map(({ textContent }) => /^step ([\d,]+)$/.exec(textContent.trim())?.[1])
        .find((found) => found !== undefined)
      return Number((shown ?? '0').replaceAll(',', '')) >= wanted
    },
    step,
    PATIENCE,
  )
}

async function generate(page: Page, { prime = '', temperature = 0.6 } = {}): Promise<void> {
  await page.getByRole('textbox', { name: /^Prime/ }).fill(prime)
  await page.getByRole('textbox', { name: 'Temperature, typed' }).fill(String(temperature))
  await page
    .getByRole('button', { name: /^Generate/ })
    .last()
    .click()
  await page.getByRole('button', { name: /^Continue/ }).waitFor(PATIENCE)
  const text = page.getByRole('textbox', { name: /^Generated text/ })
  await text.filter({ hasText: /[^]{200}/ }).waitFor(PATIENCE)
  await page.getByText('finding copies').waitFor({ ...PATIENCE, state: 'hidden' })
}

/** A second run with another learning rate beside the first. */
async function compare(page: Page): Promise<void> {
  await page.keyboard.press('Control+Shift+R')
  await page.getByRole('textbox', { name: 'Name of the run' }).fill('rate 4.0e-3')
  const rate = page.getByRole('textbox', { name: /^Learning rate of part 1/ })
  await rate.fill('0.004')
  await page.getByRole('dialog').getByRole('button', { name: 'Train' }).click()
  await page.getByRole('status').getByText('Training').waitFor(PATIENCE)
  await reached(page, FEWER_STEPS)
  const runs = page.getByRole('region', { name: 'Runs' }).getByRole('listitem').getByRole('button')
  await runs.last().click({ modifiers: ['Control'] })
  await page.getByRole('table', { name: 'What differs' }).waitFor(PATIENCE)
}

/** Waits until nothing moves any more: the theme has changed, type is there, panes, diagram and charts have their sizes. */
async function settled(page: Page, scheme: Scheme): Promise<void> {
  await page.locator(`:root[data-theme=${scheme}]`).waitFor({ state: 'attached' })
  await page.evaluate(async () => {
    await document.fonts.ready
    const places = () =>
      [...document.querySelectorAll('.svelte-flow__node, canvas, main, aside, section')].map((element) => {
        const { x, y, width, height } = element.getBoundingClientRect()
        return [x, y, width, height].join(' ')
      })
    let before = ''
    for (let still = 0; still < 20;) {
      await new Promise((resolve) => requestAnimationFrame(resolve))
      const now = places().join()
      const moves = document.getAnimations().some(({ playState }) => playState === 'running')
      still = now === before && !moves ? still + 1 : 0
      before = now
    }
  })
}

/** The window with its menu, as it stands on the screen. */
async function inElectron(folder: string): Promise<void> {
  const electron = await electronHere()
  if (!electron) return
  const home = new Home()
  try {
    const { app, page } = await startElectron(electron, home)
    await app.evaluate(({ BrowserWindow, dialog }, { width, height }) => {
      BrowserWindow.getAllWindows()[0].setBounds({ x: 0, y: 0, width, height })
      // Asked at the end, for it trains then.
      Reflect.set(dialog, 'showMessageBox', async () => ({ response: 0, checkboxChecked: false }))
    }, small)
    await page.emulateMedia({ reducedMotion: 'reduce' })
    const camera = async (name: string) => {
      for (const scheme of schemes) {
        // Of the menu, and of the page, which Playwright would leave light.
        await app.evaluate(({ nativeTheme }, theme) => (nativeTheme.themeSource = theme), scheme)
        await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
        await settled(page, scheme)
        writeFileSync(join(folder, `electron-${name}-${scheme}.png`), await windowPicture(app))
      }
    }
    await beginTraining(page, 'lesson/sequence-rnn')
    await reached(page, FEWER_STEPS)
    await generate(page)
    await camera('training')
    await app.close()
  } finally {
    electron.screen.close()
    home.remove()
  }
}

/** What the screen shows where the window stands. */
async function windowPicture(app: ElectronApplication): Promise<Buffer> {
  const picture = await app.evaluate(async ({ BrowserWindow, desktopCapturer, screen }) => {
    const thumbnailSize = screen.getPrimaryDisplay().size
    const [source] = await desktopCapturer.getSources({ types: ['screen'], thumbnailSize })
    // Another, which nobody sees, has the GPU.
    const shown = BrowserWindow.getAllWindows().find((window) => window.isVisible())
    return shown ? source.thumbnail.crop(shown.getBounds()).toPNG().toString('base64') : ''
  })
  return Buffer.from(picture, 'base64')
}
