import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { electronHere, Home, startElectron } from './electron'
import type { Workbench } from './workbench'

/** The window in Electron as the specs of both shells drive it; null where no Electron can be started. */
export async function electronShell(): Promise<(() => Promise<Workbench>) | null> {
  const electron = await electronHere()
  if (!electron) return null
  const missing = electron.screen.keyboardMissing
  if (missing !== null) {
    console.error(`SKIPPED: no keys can be pressed in Electron: ${missing}`)
    electron.screen.close()
    return null
  }
  const home = new Home()
  let files = 0
  const open = async (): Promise<Workbench> => {
    const { app, page } = await startElectron(electron, home)
    // Training is no reason to stay: what a person is asked then has specs of its own.
    const end = async () => {
      await app.evaluate(({ dialog }) => {
        Reflect.set(dialog, 'showMessageBox', async () => ({ response: 0, checkboxChecked: false }))
      })
      await app.close()
    }
    return {
      page,
      press: async (keys) => electron.screen.press(keys),
      saved: async (click) => {
        files += 1
        const filePath = join(home.folder, `saved-${files}`)
        await app.evaluate(({ dialog }, filePath) => {
          Reflect.set(dialog, 'showSaveDialog', async () => ({ canceled: false, filePath }))
        }, filePath)
        await click()
        await expect.poll(() => existsSync(filePath), { timeout: 20_000 }).toBe(true)
        return readFile(filePath)
      },
      reopen: async () => {
        await end()
        return open()
      },
      close: async () => {
        await end()
        electron.screen.close()
        home.remove()
      },
    }
  }
  return open
}
