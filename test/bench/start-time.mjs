// Time from `npm start` of a built checkout to a page that answers, with an empty project: without a display to the
// page's first call of the host over its WebSocket, and in Electron under Xvfb to the page in the window that shows
// what the host has answered.
//
//   node test/bench/start-time.mjs [ROUNDS]
//
// Electron is the one of ELECTRON_OVERRIDE_DIST_PATH, or of ../shared/tools/electron-dist; one that is older than the
// one that ships is started with the specs' shim.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { decode, encode } from '@msgpack/msgpack'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { prepareOrExit, root } from '../../scripts/prepare.mjs'

const target = z.object({ type: z.string(), webSocketDebuggerUrl: z.string() })
const answered = z.object({ i: z.literal('1'), r: z.object({ version: z.string() }) })
const evaluated = z.object({ result: z.object({ result: z.object({ value: z.literal(true) }) }) })
const rounds = Number(process.argv[2] ?? 5)
/** A start that takes longer has failed, in milliseconds. */
const PATIENCE = 60_000

prepareOrExit({ build: true })
const electron = findElectron()
const rows = [await measured('browser', browserStart)]
if (electron) rows.push(await measured('Electron', (home) => electronStart(home, electron)))
console.log('| shell | starts, s | median, s |')
console.log('|---|---|---|')
for (const { shell, times } of rows) {
  const median = [...times].sort((a, b) => a - b)[times.length >> 1]
  console.log(`| ${shell} | ${times.map((time) => time.toFixed(2)).join(', ')} | ${median.toFixed(2)} |`)
}

/** @param {string} shell @param {(home: string) => Promise<number>} start seconds in a home of its own */
async function measured(shell, start) {
  const times = []
  for (let round = 0; round < rounds; round++) {
    const home = mkdtempSync(join(tmpdir(), 'unroll-start-'))
    times.push(await start(home))
    rmSync(home, { recursive: true, force: true, maxRetries: 10 })
  }
  return { shell, times }
}

/** @param {string} home */
async function browserStart(home) {
  const began = performance.now()
  const program = start(home, {})
  try {
    const address = await found(program.stdout, /http:\/\/\S+/)
    const opened = await fetch(address, { redirect: 'manual' })
    const { origin } = new URL(address)
    const cookie = opened.headers.getSetCookie()[0].split(';', 1)[0]
    const page = await fetch(origin, { headers: { cookie } })
    if (!page.ok) throw new Error(`the page answers ${page.status}`)
    const socket = new WebSocket(`${origin.replace('http', 'ws')}/socket`, { headers: { origin, cookie } })
    await once(socket, 'open')
    socket.send(encode({ t: 'q', i: '1', m: 'system.info', a: [] }))
    /** @type {Buffer[]} */
    const [data] = await once(socket, 'message')
    answered.parse(decode(data))
    const seconds = (performance.now() - began) / 1000
    socket.terminate()
    return seconds
  } finally {
    await end(program)
  }
}

/** @param {string} home @param {string} folder of Electron */
async function electronStart(home, folder) {
  // `npm start` with an Electron that can be looked into: the words before its own are those of a debugger.
  const wrapper = join(home, 'electron')
  const shim = join(root, 'test', 'e2e', 'electron-shim.cjs')
  writeFileSync(
    wrapper,
    `#!/bin/sh\nexec '${join(folder, 'electron')}' -r '${shim}' --remote-debugging-port=0 "$@"\n`,
  )
  chmodSync(wrapper, 0o755)
  const screen = await openScreen()
  const began = performance.now()
  const program = start(home, { DISPLAY: screen.display, ELECTRON_OVERRIDE_DIST_PATH: home })
  try {
    const address = await found(program.stderr, /ws:\/\/\S+/)
    await untilShown(new URL(address).host, 'Train')
    const seconds = (performance.now() - began) / 1000
    return seconds
  } finally {
    await end(program)
    screen.close()
  }
}

/** Waits for a button, which the page has once the host has answered it. @param {string} host of the debugger @param {string} button */
async function untilShown(host, button) {
  const expression = `[...document.querySelectorAll('main button')].some((each) => each.textContent.trim() === '${button}')`
  const message = JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression } })
  for (const start = performance.now(); performance.now() - start < PATIENCE;) {
    await pause(20)
    const answer = await fetch(`http://${host}/json/list`)
    const targets = z.array(target).parse(await answer.json())
    const page = targets.find(({ type }) => type === 'page')
    if (!page) continue
    const socket = new WebSocket(page.webSocketDebuggerUrl)
    await once(socket, 'open')
    socket.send(message)
    const [data] = await once(socket, 'message')
    socket.terminate()
    if (evaluated.safeParse(JSON.parse(String(data))).success) return
  }
  throw new Error(`the window shows no ${button}`)
}

/** `npm start` as a person types it. @param {string} home @param {Record<string, string>} environment */
function start(home, environment) {
  const { PATH = '', LANG = 'C.UTF-8' } = process.env
  return spawn('npm', ['start'], {
    cwd: root,
    // A group of its own, so that all of it can be ended.
    detached: true,
    env: {
      PATH,
      LANG,
      HOME: home,
      UNROLL_CONFIG: join(home, 'settings'),
      UNROLL_PROJECT: join(home, 'project'),
      XDG_CONFIG_HOME: join(home, 'config'),
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** @param {import('node:stream').Readable} stream @param {RegExp} pattern in one of its lines */
async function found(stream, pattern) {
  const lines = createInterface({ input: stream })
  const timer = setTimeout(() => lines.close(), PATIENCE)
  try {
    for await (const line of lines) {
      const match = pattern.exec(line)?.[0]
      if (match !== undefined) return match
    }
  } finally {
    clearTimeout(timer)
    stream.resume()
  }
  throw new Error('`npm start` did not start')
}

/** @param {import('node:child_process').ChildProcess} program */
async function end(program) {
  if (program.exitCode !== null || program.pid === undefined) return
  const gone = once(program, 'exit')
  process.kill(-program.pid, 'SIGTERM')
  const timer = setTimeout(() => process.kill(-(program.pid ?? 0), 'SIGKILL'), 5000)
  await gone
  clearTimeout(timer)
}

function findElectron() {
  const { ELECTRON_OVERRIDE_DIST_PATH: named } = process.env
  if (named) return named
  const tool = join(root, '..', 'shared', 'tools', 'electron-dist')
  const { status, stdout } = existsSync(tool)
    ? spawnSync(tool, { encoding: 'utf8' })
    : { status: 1, stdout: '' }
  if (status !== 0) console.error('No Electron: ELECTRON_OVERRIDE_DIST_PATH names none.')
  return status === 0 ? stdout.trim() : null
}

async function openScreen() {
  const argv = ['-displayfd', '3', '-screen', '0', '1920x1080x24', '-nolisten', 'tcp']
  const server = spawn('/usr/bin/Xvfb', argv, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] })
  const [number] = await once(/** @type {import('node:stream').Readable} */ (server.stdio[3]), 'data')
  return { display: `:${String(number).trim()}`, close: () => server.kill() }
}
