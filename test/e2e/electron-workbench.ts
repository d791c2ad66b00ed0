import { electronHere, Home, startElectron } from './electron'
import type { Workbench } from './workbench'

/** The window in Electron as the specs of both shells drive it; null where no Electron can be started. */
export async function openInElectron(): Promise<Workbench | null> {
  const electron = await electronHere()
  if (!electron) return null
  const home = new Home()
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
  return open()
}
