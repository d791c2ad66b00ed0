import { readFile } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import { pageTypes } from '../host/page-types'

export interface PageFile {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly type: string
}

/**
 * A file of the page by the path of its address; `/` is the page itself.
 * @returns null for what is not there, is of no known type, or lies outside the folder.
 */
export async function readPageFile(folder: string, pathname: string): Promise<PageFile | null> {
  const path = pathIn(folder, pathname === '/' ? '/index.html' : pathname)
  const type = path && pageTypes[extname(path)]
  if (!path || !type) return null
  try {
    return { bytes: new Uint8Array(await readFile(path)), type }
  } catch {
    return null
  }
}

function pathIn(folder: string, pathname: string): string | null {
  let decoded: string
  try {
    decoded = decodeURIComponent(pathname)
  } catch {
    return null
  }
  if (/[\0\\:]/.test(decoded)) return null
  const path = join(folder, decoded)
  return path.startsWith(folder + sep) ? path : null
}
