// `npm run package`: the packages of this machine's system, in dist. `npm run package -- --dir` makes the unpacked
// program alone, without any download where ELECTRON_OVERRIDE_DIST_PATH names an Electron that is there.
// Other arguments go to electron-builder as they are.

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { prepareOrExit, root } from './prepare.mjs'

const command = join(root, 'node_modules', 'electron-builder', 'cli.js')

prepareOrExit({ build: true })
const argv = process.argv.slice(2)
const given = argv.some((argument) => argument === '--config' || argument.startsWith('--config='))
const { status, error } = spawnSync(
  process.execPath,
  [
    command,
    ...(given ? [] : ['--config', join(root, 'electron-builder.yml')]),
    '--publish=never',
    ...electronAtHand(),
    ...argv,
  ],
  { cwd: root, stdio: 'inherit' },
)
if (error) {
  process.stderr.write(`unroll: electron-builder could not be started: ${error.message}\n`)
  process.exit(1)
}
process.exit(status ?? 1)

/** An Electron on this machine instead of the one that is fetched. */
function electronAtHand() {
  const folder = process.env.ELECTRON_OVERRIDE_DIST_PATH
  const file = folder && join(folder, 'version')
  if (!file || !existsSync(file)) return []
  const version = readFileSync(file, 'utf8').trim().replace(/^v/, '')
  return [`-c.electronDist=${folder}`, `-c.electronVersion=${version}`]
}
