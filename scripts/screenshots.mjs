// `npm run screenshots`: the main screens into docs/screenshots, from a browser and from Electron's own window.

import { join } from 'node:path'
import { prepareOrExit, root } from './prepare.mjs'

prepareOrExit({ build: true })
// Vite is there only once the packages are.
const { runnerImport } = await import('vite')
/** @type {{ module: { takePictures(folder: string): Promise<void> } }} */
const { module } = await runnerImport(join(root, 'test', 'e2e', 'pictures.ts'), {
  configFile: false,
  root,
  logLevel: 'error',
})
await module.takePictures(join(root, 'docs', 'screenshots'))
