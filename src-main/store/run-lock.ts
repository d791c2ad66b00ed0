import { UnrollError } from '../../src-core/errors'
import { lockFile, type FileLock } from './lock-file'

/**
 * Holds a run for this process alone.
 * @param path of the run's lock file
 * @throws UnrollError `run-in-use`
 */
export async function lockRun(path: string): Promise<FileLock> {
  return lockFile(
    path,
    (pid) =>
      new UnrollError(
        'run-in-use',
        `Another process (${pid}) is training this run.`,
        `Wait until it is done or stop it; if there is no such process, remove ${path}.`,
      ),
  )
}
