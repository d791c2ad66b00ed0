import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'

/**
 * Runs `work` while no other process does so under the same lock file. The file names its holder; one whose
 * holder is gone, or that names none, is taken over.
 *
 * @param {string} file
 * @param {(text: string) => void} say
 * @param {() => void} work
 */
export function withLock(file, say, work) {
  const own = `${process.pid} ${startOf(process.pid) ?? ''}`
  const mine = `${file}.${process.pid}`
  let told = false
  writeFileSync(mine, own)
  try {
    // A link is made at once and with its content, so nobody who dies half-way leaves a lock without a holder.
    while (!linked(mine, file)) {
      const found = textOf(file)
      if (found === undefined) continue // released in between
      if (!isHeld(found)) removeAbandoned(file, found, mine)
      else {
        if (!told) say(`Waiting for process ${found.split(' ')[0]}, which prepares this checkout (${file}) …`)
        told = true
        wait()
      }
    }
  } finally {
    rmSync(mine, { force: true })
  }
  try {
    work()
  } finally {
    if (textOf(file) === own) rmSync(file, { force: true })
  }
}

/**
 * Takes an abandoned lock away, but never one that another process has put in its place meanwhile: only who
 * holds the guard beside it removes it, and looks at it again before.
 *
 * @param {string} file
 * @param {string} found
 * @param {string} mine
 */
function removeAbandoned(file, found, mine) {
  const guard = `${file}.takeover`
  if (!linked(mine, guard)) {
    const other = textOf(guard)
    // One that was killed in the middle of it has left its guard.
    if (other !== undefined && !isHeld(other)) rmSync(guard, { force: true })
    else wait()
    return
  }
  try {
    if (textOf(file) === found) rmSync(file, { force: true })
  } finally {
    rmSync(guard, { force: true })
  }
}

/**
 * @param {string} from
 * @param {string} to
 */
function linked(from, to) {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** @param {string} file */
function textOf(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

/** @param {string} text of a lock: the holder's number and, where the system says it, when it began */
function isHeld(text) {
  const [pid, started] = text.split(' ')
  if (!/^[1-9]\d*$/.test(pid)) return false
  try {
    process.kill(Number(pid), 0)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false
  }
  // The number may be another process's by now, as after a container was started again.
  return !started || startOf(Number(pid)) === started
}

/**
 * When a process began, in the system's own count since it booted; null where the system does not say. One that
 * has ended but is not yet cleared away began never.
 *
 * @param {number} pid
 */
function startOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name stands in brackets and may hold anything; the state is the first field behind it, the start the
    // twentieth.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? 'ended' : fields[19]
  } catch {
    return null
  }
}

function wait() {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
}
