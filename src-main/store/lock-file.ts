import { randomUUID } from 'node:crypto'
import { readFileSync, unlinkSync } from 'node:fs'
import { link, readFile, rm, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import type { UnrollError } from '../../src-core/errors'
import { isSystemError } from './system-errors'

/** Who holds a lock; `started` tells a process from a later one with the same number. */
const holderSchema = z.object({ pid: z.int().positive(), started: z.string().nullable() })
type Holder = z.output<typeof holderSchema>

/** Holds a folder for this process alone. */
export interface FileLock {
  release(): void
}

/**
 * @param path of the lock file. One left by a process that is gone is taken over.
 * @param inUse what to say where another process holds it.
 * @throws what `inUse` makes
 */
export async function lockFile(path: string, inUse: (pid: number) => UnrollError): Promise<FileLock> {
  const own = JSON.stringify({ pid: process.pid, started: startOf(process.pid) } satisfies Holder)
  const mine = `${path}-${randomUUID()}`
  await writeFile(mine, own)
  try {
    for (;;) {
      // The link is made at once and with its content, so nobody ever sees a lock without its holder.
      if (await linked(mine, path)) return { release: () => releaseIfMine(path, own) }
      const found = await readFile(path, 'utf8').catch(() => null)
      if (found === null) continue
      const holder = parseHolder(found)
      if (holder && isAlive(holder)) throw inUse(holder.pid)
      await removeStale(path, found, mine)
    }
  } finally {
    await rm(mine, { force: true })
  }
}

/** The process that holds a lock now; null where none does. */
export async function lockHolder(path: string): Promise<number | null> {
  const found = await readFile(path, 'utf8').catch(() => null)
  const holder = found === null ? null : parseHolder(found)
  return holder && isAlive(holder) ? holder.pid : null
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return false
    throw error
  }
}

/**
 * Takes a stale lock away, but never one that another process has put in its place meanwhile: only who holds the
 * guard beside it removes it, and looks at it again before.
 * @param mine a file that names this process
 */
async function removeStale(path: string, found: string, mine: string): Promise<void> {
  const guard = `${path}-takeover`
  if (!(await linked(mine, guard))) {
    const other = await readFile(guard, 'utf8').catch(() => null)
    const holder = other === null ? null : parseHolder(other)
    // One that was killed in the middle of it has left its guard.
    if (other !== null && !(holder && isAlive(holder))) await rm(guard, { force: true })
    return
  }
  try {
    if ((await readFile(path, 'utf8').catch(() => null)) === found) await rm(path, { force: true })
  } finally {
    await rm(guard, { force: true })
  }
}

function releaseIfMine(path: string, own: string): void {
  try {
    if (readFileSync(path, 'utf8') === own) unlinkSync(path)
  } catch {
    // The folder is gone, and the lock with it.
  }
}

function parseHolder(text: string): Holder | null {
  try {
    return holderSchema.parse(JSON.parse(text))
  } catch {
    return null
  }
}

function isAlive({ pid, started }: Holder): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (!isSystemError(error, 'EPERM')) return false
  }
  return started === null || startOf(pid) === started
}

/**
 * When a process began, in the system's own count since it booted; null where the system does not say. One that has
 * ended but is not yet cleared away began never.
 */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The process's name stands in brackets and may hold anything; the state is the first field behind it, the start
    // the twentieth.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? 'ended' : fields[19]
  } catch {
    return null
  }
}
