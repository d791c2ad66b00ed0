import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The one for GPUs runs on the CPU too. */
const PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node']

/** The interfaces of Node that the packages build an addon for. */
const OLDEST_NAPI = 3
const NEWEST_NAPI = 8

export interface Installation {
  /** The package's name. */
  readonly name: string
  /** Null where it can be loaded. */
  readonly missing: string | null
}

/**
 * Which of the packages would be loaded; looked for on the disk, since loading takes a second.
 * @param folderOf the folder of an installed package, or null.
 */
export function findInstallation(folderOf = installedFolder): Installation | null {
  const found = PACKAGES.flatMap((name): Installation[] => {
    const folder = folderOf(name)
    return folder === null ? [] : [{ name, missing: missingIn(name, folder) }]
  })
  return found.find(({ missing }) => missing === null) ?? found[0] ?? null
}

function installedFolder(name: string): string | null {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))
  } catch {
    return null
  }
}

function missingIn(name: string, folder: string): string | null {
  const napi = Math.min(NEWEST_NAPI, Number(process.versions.napi))
  const wayOut = '`npm run engine:tensorflow` in a checkout of Unroll gets it.'
  if (napi < OLDEST_NAPI || !existsSync(join(folder, 'lib', `napi-v${napi}`, 'tfjs_binding.node')))
    return `The package ${name} is here without its native part; ${wayOut}`
  // What an addon was built for may be gone since: a link then leads nowhere.
  if (['so', 'so.2', '2.dylib', 'dylib', 'dll'].some((end) => existsSync(libraryIn(folder, end)))) return null
  return `The package ${name} is here, but the TensorFlow that it was built for is gone; ${wayOut}`
}

function libraryIn(folder: string, end: string): string {
  return join(folder, 'deps', 'lib', end === 'dll' ? 'tensorflow.dll' : `libtensorflow.${end}`)
}
