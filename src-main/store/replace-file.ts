import { randomUUID } from 'node:crypto'
import { rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { syncFolder, writeDurably } from './durable-files'

/** What the names of files begin with that are not whole yet. */
export const PARTIAL_PREFIX = 'partial-'

/**
 * Puts a file in place whole or not at all, over one that may be there: it is written under another name beside, is
 * on the disk before it takes its name, and so is the name when this resolves. Where several do so at once, one of them
 * stays.
 */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const folder = dirname(path)
  const partial = join(folder, `${PARTIAL_PREFIX}${randomUUID()}-${basename(path)}`)
  try {
    await writeDurably(partial, content)
    await rename(partial, path)
  } catch (error) {
    await rm(partial, { force: true })
    throw error
  }
  await syncFolder(folder)
}
