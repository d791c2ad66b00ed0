import { reasonOf, UnrollError } from '../../src-core/errors'

/** Whether the system refused something with one of these codes, such as `ENOENT`. */
export function isSystemError(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.some((code) => code === error.code)
}

/** Whether there is nothing at the path that was asked for. */
export function isMissing(error: unknown): boolean {
  return isSystemError(error, 'ENOENT', 'ENOTDIR')
}

/** What to say of a file that could not be opened or read: `file-not-found` or `file-not-readable`. */
export function unreadable(path: string, error: unknown): UnrollError {
  return isMissing(error)
    ? new UnrollError('file-not-found', `There is no file ${path}.`, 'Check the path.', { cause: error })
    : new UnrollError(
        'file-not-readable',
        `${path} cannot be read: ${reasonOf(error)}.`,
        'Check that you may read it.',
        { cause: error },
      )
}
