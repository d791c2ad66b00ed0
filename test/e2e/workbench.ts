import type { Page } from 'playwright-core'

/** The program as a person has it before them, in whichever shell. */
export interface Workbench {
  readonly page: Page
  /** Closes the program, as a person does, and opens it again on the same project. */
  reopen(): Promise<Workbench>
  close(): Promise<void>
}

/** Drops a file on the window, as from a file manager. */
export async function dropFile(page: Page, name: string, text: string): Promise<void> {
  const transfer = await page.evaluateHandle(
    ([fileName, content]) => {
      const files = new DataTransfer()
      files.items.add(new File([content], fileName, { type: 'text/plain' }))
      return files
    },
    [name, text],
  )
  for (const type of ['dragenter', 'dragover', 'drop']) {
    await page.dispatchEvent('body', type, { dataTransfer: transfer })
  }
}
