import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { reasonOf, UnrollError } from '../../src-core/errors'
import { isMissing, unreadable } from './system-errors'

const SUFFIX = '.json'

/**
 * The document in a file or, where no file has that path, the one of that name that comes with the program.
 * @returns its JSON, as it is: `parseArchitecture` checks it.
 * @throws UnrollError `unknown-architecture`, `not-an-architecture`, `file-not-readable`
 */
export async function readArchitecture(nameOrFile: string): Promise<unknown> {
  const named = join(architecturesFolder(), nameOrFile + SUFFIX)
  const isName = !existsSync(nameOrFile) && /^[\w-]+$/.test(nameOrFile) && existsSync(named)
  const text = await readText(isName ? named : nameOrFile)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UnrollError(
      'not-an-architecture',
      `${nameOrFile} is not an architecture document: ${reasonOf(error)}.`,
      'Give a document that Unroll saved, or the name of one that comes with it.',
      { cause: error },
    )
  }
}

async function readText(path: string): Promise<string> {
  const bytes = await readFile(path).catch(async (error: unknown) => {
    throw isMissing(error)
      ? new UnrollError(
          'unknown-architecture',
          `There is no file ${path} and no architecture of that name.`,
          `Give the path of a document, or one of: ${(await architectureNames()).join(', ')}.`,
        )
      : unreadable(path, error)
  })
  return bytes.toString('utf8')
}

/** The names of those that come with the program. */
export async function architectureNames(): Promise<string[]> {
  const files = await readdir(architecturesFolder())
  return files
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length))
    .sort()
}

/** Beside the program in a checkout and in a package alike: found by going up from wherever this file runs. */
export function architecturesFolder(): string {
  const parts = ['resources', 'architectures']
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, ...parts))) {
    const above = dirname(folder)
    if (above === folder) throw new Error(`${join(...parts)} is missing from this installation`)
    folder = above
  }
  return join(folder, ...parts)
}
