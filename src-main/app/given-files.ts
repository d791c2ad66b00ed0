import { existsSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename, extname, resolve } from 'node:path'
import type { GivenFile } from '../../src-core/contract/shell'

/** Of a JSON file, what says whether it is an architecture stands near its beginning. */
const BEGINNING = 4096

/** What a file is to Unroll, by its name and, of JSON, its first words. */
export async function givenFile(path: string): Promise<GivenFile> {
  const name = basename(path)
  const extension = extname(name).toLowerCase()
  if (extension === '.safetensors') return { path, name, kind: 'checkpoint' }
  const isArchitecture = extension === '.json' && (await beginning(path)).includes('unroll/architecture')
  return { path, name, kind: isArchitecture ? 'architecture' : 'text' }
}

/**
 * The files that a command line names.
 * @param words without the program, and without the folder of the program that a development Electron is given.
 * @param folder that relative paths are meant from.
 */
export function filesNamed(words: readonly string[], folder: string): string[] {
  const paths = words
    .filter((word) => word !== '' && !word.startsWith('-'))
    .map((word) => resolve(folder, word))
  return paths.filter((path) => existsSync(path) && statSync(path).isFile())
}

async function beginning(path: string): Promise<string> {
  try {
    const file = await open(path)
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(BEGINNING), 0, BEGINNING, 0)
      return buffer.toString('utf8', 0, bytesRead)
    } finally {
      await file.close()
    }
  } catch {
    return ''
  }
}
