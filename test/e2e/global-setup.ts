import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { prepareOrExit } from '../../scripts/prepare.mjs'

/** Debian packages that the specs need, and a file that each of them brings. */
const packages = {
  chromium: '/usr/bin/chromium',
  xvfb: '/usr/bin/Xvfb',
  xdotool: '/usr/bin/xdotool',
}

/** Builds the program and, where it may, installs what drives it; specs say themselves what they miss. */
export default function setup(): void {
  prepareOrExit({ build: true })
  const missing = Object.entries(packages).filter(([, file]) => !existsSync(file))
  if (missing.length === 0 || process.platform !== 'linux' || process.getuid?.() !== 0) return
  const names = missing.map(([name]) => name)
  console.log(`Installing ${names.join(', ')} for the tests …`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  spawnSync('apt-get', ['update', '-qq'], { env, stdio: 'ignore' })
  const { status } = spawnSync('apt-get', ['install', '-y', '-qq', ...names], { env, stdio: 'ignore' })
  if (status !== 0)
    console.log(`${names.join(', ')} could not be installed: the specs that need them are skipped.`)
}
