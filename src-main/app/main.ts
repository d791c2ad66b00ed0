import { app, powerMonitor } from 'electron'
import { join } from 'node:path'
import { filesNamed } from './given-files'
import { denyPermissions, guardEveryPage } from './guards'
import { registerPageScheme, servePage } from './page-protocol'
import { Workbench } from './workbench'

/** What stands before the person's own words: a development Electron is given the program's folder too. */
const OWN_WORDS = app.isPackaged ? 1 : 2

const given: string[] = []
let workbench: Workbench | null = null

function take(paths: readonly string[]): void {
  if (workbench) workbench.take(paths)
  else given.push(...paths)
}

async function start(): Promise<void> {
  denyPermissions()
  servePage(join(__dirname, '../renderer'))
  workbench = await Workbench.start(given)
  if (!workbench) app.quit()
}

// One program a person: another start hands its files over and ends.
if (app.requestSingleInstanceLock()) {
  app.enableSandbox()
  registerPageScheme()
  guardEveryPage()
  take(filesNamed(process.argv.slice(OWN_WORDS), process.cwd()))
  app.on('second-instance', (_event, argv, folder) => take(filesNamed(argv.slice(OWN_WORDS), folder)))
  // macOS opens files by an event, also before the app is ready.
  app.on('open-file', (event, path) => {
    event.preventDefault()
    take([path])
  })
  app.on('activate', () => take([]))
  // The workbench quits once its host has closed.
  app.on('window-all-closed', () => undefined)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => (workbench ? workbench.stop() : app.quit()))
  }
  void app.whenReady().then(() => {
    powerMonitor.on('shutdown', () => workbench?.stop())
    return start()
  })
} else app.quit()
