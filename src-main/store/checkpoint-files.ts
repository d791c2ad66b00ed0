import { open, readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { UnrollError } from '../../src-core/errors'
import { safetensorsHeaderEnd } from '../../src-core/formats/safetensors'
import {
  decodeCheckpoint,
  decodeStanding,
  type Checkpoint,
  type CheckpointStanding,
} from '../../src-core/training/checkpoint'
import { PARTIAL_PREFIX, replaceFile } from './replace-file'
import { isSystemError, unreadable } from './system-errors'

/** Of the newest, to fall back on where the last one is damaged. */
const NEWEST_KEPT = 3
/** Of those at the end of an epoch. */
const EPOCHS_KEPT = 10

const NAME = /^step-(\d{8,})\.safetensors$/

/** A checkpoint that could not be used, and why. */
export interface SkippedCheckpoint {
  readonly path: string
  readonly error: UnrollError
}

export interface FoundCheckpoint {
  readonly path: string
  readonly checkpoint: Checkpoint
  /** Newer ones that are damaged. */
  readonly skipped: readonly SkippedCheckpoint[]
}

/** @throws UnrollError `file-not-found`, `file-not-readable`, and those of `decodeCheckpoint` */
export async function readCheckpoint(path: string): Promise<Checkpoint> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw unreadable(path, error)
  })
  return decodeCheckpoint(bytes)
}

/**
 * The newest checkpoint that is whole; null where there never was one.
 * @throws UnrollError `no-good-checkpoint` where all are damaged, `checkpoint-newer`
 */
export async function readNewestCheckpoint(folder: string): Promise<FoundCheckpoint | null> {
  const skipped: SkippedCheckpoint[] = []
  for (const name of await checkpointNames(folder)) {
    const path = join(folder, name)
    try {
      return { path, checkpoint: await readCheckpoint(path), skipped }
    } catch (error) {
      if (!(error instanceof UnrollError) || error.code === 'checkpoint-newer') throw error
      skipped.push({ path, error })
    }
  }
  if (skipped.length === 0) return null
  throw new UnrollError(
    'no-good-checkpoint',
    `All ${skipped.length} checkpoints in ${folder} are damaged; of the newest: ${skipped[0].error.message}`,
    'Restore one from a copy, or train a new run.',
  )
}

/** A checkpoint's file. */
export interface ListedCheckpoint {
  readonly path: string
  readonly step: number
  readonly bytes: number
  /** Milliseconds since 1970. */
  readonly written: number
}

/** The files of a run's checkpoints, newest first; what is in them is not looked at. */
export async function listCheckpoints(folder: string): Promise<ListedCheckpoint[]> {
  const found: ListedCheckpoint[] = []
  for (const name of await checkpointNames(folder)) {
    const path = join(folder, name)
    // One that is removed meanwhile is none.
    const { size, mtimeMs } = (await stat(path).catch(() => null)) ?? {}
    if (size === undefined || mtimeMs === undefined) continue
    found.push({ path, step: Number(NAME.exec(name)?.[1]), bytes: size, written: mtimeMs })
  }
  return found
}

/** The checkpoints of one run, of which only those are kept that are of use. */
export class CheckpointFiles {
  private constructor(
    private readonly folder: string,
    private readonly standings: Map<string, CheckpointStanding>,
  ) {}

  /** Looks through the folder; what was cut off while it was written is removed. */
  static async open(folder: string): Promise<CheckpointFiles> {
    for (const name of await readdir(folder)) {
      if (name.startsWith(PARTIAL_PREFIX)) await rm(join(folder, name), { force: true })
    }
    const standings = new Map<string, CheckpointStanding>()
    for (const name of await checkpointNames(folder)) {
      const standing = await readStanding(join(folder, name))
      if (standing) standings.set(name, standing)
    }
    return new CheckpointFiles(folder, standings)
  }

  /** Puts a checkpoint on the disk, and only then removes those that are no longer needed. */
  async save(bytes: Uint8Array, standing: CheckpointStanding): Promise<string> {
    const name = checkpointName(standing.step)
    const path = join(this.folder, name)
    await replaceFile(path, bytes)
    this.standings.set(name, standing)
    const kept = namesToKeep(this.standings)
    for (const old of [...this.standings.keys()].filter((other) => !kept.has(other))) {
      await rm(join(this.folder, old), { force: true })
      this.standings.delete(old)
    }
    return path
  }
}

/**
 * The newest three, the ends of the last ten epochs, and the best end of an epoch by its loss: on the part held out,
 * or of training where none is.
 */
export function namesToKeep(standings: ReadonlyMap<string, CheckpointStanding>): Set<string> {
  const newestFirst = [...standings].sort(([, a], [, b]) => b.step - a.step)
  const epochs = newestFirst.filter(([, { endOfEpoch }]) => endOfEpoch !== null)
  const best = [...epochs].sort(([, a], [, b]) => (a.loss ?? Infinity) - (b.loss ?? Infinity))
  const kept = [...newestFirst.slice(0, NEWEST_KEPT), ...epochs.slice(0, EPOCHS_KEPT), ...best.slice(0, 1)]
  return new Set(kept.map(([name]) => name))
}

export function checkpointName(step: number): string {
  return `step-${String(step).padStart(8, '0')}.safetensors`
}

/** Newest first. */
async function checkpointNames(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT')) return []
    throw error
  })
  const stepOf = (name: string) => Number(NAME.exec(name)?.[1])
  return names.filter((name) => NAME.test(name)).sort((a, b) => stepOf(b) - stepOf(a))
}

/** From the head of the file alone; null for one that is damaged, which is left where it is. */
export async function readStanding(path: string): Promise<CheckpointStanding | null> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const length = new Uint8Array(8)
    await file.read(length, 0, length.length, 0)
    const head = new Uint8Array(safetensorsHeaderEnd(length, size))
    await file.read(head, 0, head.length, 0)
    return decodeStanding(head, size)
  } catch (error) {
    if (error instanceof UnrollError) return null
    throw error
  } finally {
    await file.close()
  }
}
