import { mkdir } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { z } from 'zod'
import { reasonOf, UnrollError } from '../../src-core/errors'
import { readJson } from './json-file'
import { lockFile, type FileLock } from './lock-file'
import { replaceFile } from './replace-file'

const projectSchema = z.object({
  format: z.literal('unroll/project'),
  version: z.literal(1),
  name: z.string().min(1),
})

/** The parts of a project's folder. */
export interface ProjectPaths {
  readonly folder: string
  readonly workspace: string
  readonly corpora: string
  /** Texts that came by upload, a folder for each corpus. */
  readonly texts: string
  /** Uploads that are not whole yet, or not yet a corpus. */
  readonly uploads: string
  readonly architectures: string
  readonly runs: string
  readonly removed: string
}

function projectPaths(folder: string): ProjectPaths {
  return {
    folder,
    workspace: join(folder, 'workspace'),
    corpora: join(folder, 'corpora'),
    texts: join(folder, 'corpora', 'files'),
    uploads: join(folder, 'corpora', 'uploads'),
    architectures: join(folder, 'architectures'),
    runs: join(folder, 'runs'),
    removed: join(folder, '.removed'),
  }
}

/** A project that this process holds. */
export interface OpenProject {
  readonly name: string
  readonly paths: ProjectPaths
  close(): void
}

/**
 * Opens a folder as a project, and makes it one where it is none: what is in it stays as it is.
 * @throws UnrollError `project-in-use`, `project-not-writable`
 */
export async function openProject(path: string): Promise<OpenProject> {
  const folder = resolve(path)
  const paths = projectPaths(folder)
  let lock: FileLock | null = null
  try {
    await mkdir(folder, { recursive: true })
    lock = await lockFile(join(folder, 'lock'), (pid) => inUse(folder, pid))
    for (const part of [paths.workspace, paths.texts, paths.uploads, paths.architectures, paths.runs]) {
      await mkdir(part, { recursive: true })
    }
    const file = join(folder, 'unroll.json')
    let known = await readJson(file, projectSchema)
    if (!known) {
      known = { format: 'unroll/project', version: 1, name: basename(folder) || folder }
      await replaceFile(file, `${JSON.stringify(known, null, 2)}\n`)
    }
    const held = lock
    return { name: known.name, paths, close: () => held.release() }
  } catch (error) {
    lock?.release()
    if (error instanceof UnrollError) throw error
    throw new UnrollError(
      'project-not-writable',
      `The project ${folder} cannot be opened: ${reasonOf(error)}.`,
      'Make room there or choose another folder.',
      { cause: error },
    )
  }
}

function inUse(folder: string, pid: number): UnrollError {
  return new UnrollError(
    'project-in-use',
    `The project ${folder} is open in another program (process ${pid}).`,
    'Close it there, or open another project.',
  )
}
