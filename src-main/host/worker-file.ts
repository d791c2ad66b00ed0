import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const WORKER = join('out', 'main', 'worker.cjs')

/** The built program of the training process, found from wherever this file runs: its source or any built chunk. */
export function workerFile(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, WORKER))) {
    const above = dirname(folder)
    if (above === folder) throw new Error(`${WORKER} is not built; npm run build makes it`)
    folder = above
  }
  return join(folder, WORKER)
}
