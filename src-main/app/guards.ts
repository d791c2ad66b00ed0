import { app, session } from 'electron'
import { openExternal } from './external-links'

/** Before any page is there: none leaves its address, opens another, or is allowed what it does not need. */
export function guardEveryPage(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event) => event.preventDefault())
    contents.on('will-redirect', (event) => event.preventDefault())
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWindowOpenHandler(({ url }) => {
      openExternal(url).catch(() => undefined)
      return { action: 'deny' }
    })
  })
}

/** Once the app is ready. */
export function denyPermissions(): void {
  const pages = session.defaultSession
  pages.setPermissionRequestHandler((_contents, _permission, callback) => callback(false))
  pages.setPermissionCheckHandler(() => false)
  pages.setDevicePermissionHandler(() => false)
  // What the page saves goes through the system's dialog and the main process.
  pages.on('will-download', (event) => event.preventDefault())
}
