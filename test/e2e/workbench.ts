import type { Page } from 'playwright-core'

/** The program as a person has it before them, in whichever shell. */
export interface Workbench {
  readonly page: Page
  /** @param keys as Playwright names them: `Control+z` */
  press(keys: string): Promise<void>
  /** What `click` makes the program save, as it then lies on the disk. */
  saved(click: () => Promise<void>): Promise<Buffer>
  /** Closes the program, as a person does, and opens it again on the same project. */
  reopen(): Promise<Workbench>
  close(): Promise<void>
}

/** Drops files on the window as a file manager does: the browser itself gives them to the page. */
export async function dropFiles(page: Page, files: string[]): Promise<void> {
  const devtools = await page.context().newCDPSession(page)
  const data = { items: [], files, dragOperationsMask: 1 }
  // A hand is slower than the page's answer, whether it takes what hovers above it.
  for (const type of ['dragEnter', 'dragOver', 'dragOver', 'drop'] as const) {
    await devtools.send('Input.dispatchDragEvent', { type, x: 300, y: 300, data })
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 50)))
  }
  await devtools.detach()
}
