import { open, readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { UnrollError } from '../../src-core/errors'

/** Bytes of a file's beginning that are looked at. */
const LOOKED_AT = 4096

const MOST_FILES = 10_000

/**
 * The files that are meant: a folder stands for the texts in it and below, sorted by path, without hidden and binary
 * ones; a file stands for itself.
 * @throws UnrollError `no-texts` for a folder without any, `too-many-files`
 */
export async function textFilesOf(paths: readonly string[]): Promise<string[]> {
  const files: string[] = []
  for (const path of paths.map((each) => resolve(each))) {
    const found = await stat(path).catch(() => null)
    if (!found?.isDirectory()) {
      files.push(path)
      continue
    }
    const before = files.length
    await gather(path, files)
    if (files.length === before) {
      throw new UnrollError('no-texts', `There is no text in the folder ${path}.`, 'Choose another folder.')
    }
  }
  return files
}

async function gather(folder: string, files: string[]): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true })
  entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue
    const path = join(folder, entry.name)
    // Links are not followed: they may lead round in circles.
    if (entry.isDirectory()) await gather(path, files)
    else if (entry.isFile() && (await isText(path))) files.push(path)
    if (files.length > MOST_FILES) {
      throw new UnrollError(
        'too-many-files',
        `There are more than ${MOST_FILES} texts in ${folder}.`,
        'Choose a folder with fewer, or join them to one file.',
      )
    }
  }
}

async function isText(path: string): Promise<boolean> {
  const file = await open(path).catch(() => null)
  if (!file) return false
  try {
    const bytes = new Uint8Array(LOOKED_AT)
    const { bytesRead } = await file.read(bytes, 0, LOOKED_AT, 0)
    const head = bytes.subarray(0, bytesRead)
    const isUtf16 = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)
    return bytesRead > 0 && (isUtf16 || !head.includes(0))
  } finally {
    await file.close()
  }
}
