import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'

/**
 * Runs `work` while no other process does so under the same lock file. The file names its holder; a holder
 * that is no longer alive is taken over from.
 *
 * @param {string} file
 * @param {(text: string) => void} say
 * @param {() => void} work
 */
export function withLock(file, say, work) {
  let told = false
  while (!taken(file)) {
    const holder = holderOf(file)
    if (holder !== undefined && !isAlive(holder)) {
      dropAbandoned(file, holder)
      continue
    }
    if (!told) say(`Waiting for process ${holder ?? ''}, which prepares this checkout (${file}) …`)
    told = true
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
  }
  try {
    work()
  } finally {
    rmSync(file, { force: true })
  }
}

/** @param {string} file */
function taken(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** @param {string} file */
function holderOf(file) {
  try {
    return Number(readFileSync(file, 'utf8')) || undefined
  } catch {
    return undefined // released in between, or not yet written
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/**
 * Renaming lets one of several waiters win; what it took away is looked at again, lest it be a newer lock.
 *
 * @param {string} file
 * @param {number} holder
 */
function dropAbandoned(file, holder) {
  const aside = `${file}.${process.pid}`
  try {
    renameSync(file, aside)
  } catch {
    return // another waiter was faster
  }
  if (holderOf(aside) === holder) rmSync(aside)
  else renameSync(aside, file)
}
