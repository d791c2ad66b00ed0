// `npm start`: the workbench. In Electron where it is there, or can be fetched, and there is a display; else the
// page is served to a browser, and one line says why. Arguments are those of `unroll serve`, or files for Electron.

import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { prepareOrExit, root } from './prepare.mjs'

/** How long the download of Electron may take before the page is served instead, in ms. */
const PATIENCE = 120_000

/** The first Electron with `protocol.handle`, by which the page is served to its window. */
const OLDEST = 25

const electron = join(root, 'node_modules', 'electron')
const given = process.argv.slice(2)

prepareOrExit({ build: true })
const display =
  process.platform !== 'linux' || Boolean(process.env.DISPLAY) || Boolean(process.env.WAYLAND_DISPLAY)
const reason = display ? fetchElectron() : 'there is no display'
if (reason === null) startElectron()
else await serve(reason)

/** @returns why there is none that will do; null where there is one */
function fetchElectron() {
  const { ELECTRON_OVERRIDE_DIST_PATH: override } = process.env
  if (existsSync(binary())) return override === undefined ? null : tooOld(override)
  if (override !== undefined) return `ELECTRON_OVERRIDE_DIST_PATH has no Electron (${binary()})`
  process.stderr.write('Fetching Electron (about 110 MB, once) …\n')
  const { status } = spawnSync(process.execPath, [join(electron, 'install.js')], {
    stdio: 'ignore',
    timeout: PATIENCE,
  })
  return status === 0 && existsSync(binary()) ? null : 'Electron could not be fetched'
}

/**
 * @param {string} folder of an Electron that is not the package's own
 * @returns why it will not do; null where it will
 */
function tooOld(folder) {
  const file = join(folder, 'version')
  if (!existsSync(file)) return null
  const version = readFileSync(file, 'utf8').trim().replace(/^v/, '')
  return Number.parseInt(version) < OLDEST ? `Electron ${version} is older than ${OLDEST}` : null
}

/** As the package itself finds it, without its download. */
function binary() {
  const names = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }
  const file = join(electron, 'path.txt')
  const name = existsSync(file)
    ? readFileSync(file, 'utf8')
    : (names[/** @type {keyof typeof names} */ (process.platform)] ?? 'electron')
  return join(process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(electron, 'dist'), name)
}

function startElectron() {
  // Chromium refuses its sandbox to root.
  const isRoot = process.platform === 'linux' && process.getuid?.() === 0
  const argv = [...(isRoot ? ['--no-sandbox'] : []), root, ...given]
  const child = spawn(binary(), argv, { stdio: 'inherit', cwd: process.env.INIT_CWD ?? root })
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM']))
    process.on(signal, () => child.kill(signal))
  child.on('error', (error) => void serve(`Electron does not start (${error.message})`))
  child.on('exit', (code) => process.exit(code ?? 1))
}

/** @param {string} why */
async function serve(why) {
  process.stderr.write(`No window, because ${why}; the workbench is served to a browser instead.\n`)
  if (process.env.INIT_CWD) process.chdir(process.env.INIT_CWD)
  process.argv.splice(2, Infinity, 'serve', ...(display ? ['--open'] : []), ...given)
  await import('../bin/unroll.mjs')
}
