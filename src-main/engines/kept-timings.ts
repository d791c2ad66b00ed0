import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { cpus } from 'node:os'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { version } from '../../package.json'
import { printProgram } from '../../src-core/graph/print'
import type { Program } from '../../src-core/graph/program'
import { readJson } from '../store/json-file'
import { replaceFile } from '../store/replace-file'

const timingSchema = z.object({ engine: z.string(), device: z.string(), milliseconds: z.number() })
/** What a step of a program takes on an engine. */
export type Timing = z.output<typeof timingSchema>

const keptSchema = z.object({
  /** The fastest first. */
  timings: z.array(timingSchema).min(1),
  /** Engines that were there and failed. */
  failed: z.array(z.string()),
})
type KeptTimings = z.output<typeof keptSchema>

/** Another version of one of these may be faster or slower. */
const PACKAGES = ['onnxruntime-node', 'webgpu', '@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node']

/**
 * Where the timings of a program on this machine are kept: a name for all that they depend on.
 * @param cache the folder of what can be made again
 * @param engines that were there to be timed
 */
export function timingsPath(
  cache: string,
  program: Program,
  engines: readonly string[],
  threads: number | null,
): string {
  const cores = cpus()
  const machine = [process.platform, process.arch, cores[0]?.model ?? '', cores.length, threads]
  const versions = [version, process.version, ...PACKAGES.map(versionOf)]
  const text = JSON.stringify([printProgram(program), engines, machine, versions])
  return join(cache, 'engines', `${createHash('sha256').update(text).digest('hex').slice(0, 32)}.json`)
}

/** Null where there are none. */
export async function readTimings(path: string): Promise<KeptTimings | null> {
  return readJson(path, keptSchema)
}

/** Where they cannot be written, they are measured again another time. */
export async function keepTimings(path: string, kept: KeptTimings): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true })
    await replaceFile(path, `${JSON.stringify(kept, null, 2)}\n`)
  } catch {
    return
  }
}

/** The version of an installed package, without loading it; null where it is not there. */
function versionOf(name: string): string | null {
  try {
    const path = createRequire(import.meta.url).resolve(`${name}/package.json`)
    return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(path, 'utf8'))).version
  } catch {
    return null
  }
}
