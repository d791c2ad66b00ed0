import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UnrollError } from '../../src-core/errors'

/** Trials begun in a row and never ended. One may have been somebody's kill; more are the engine's own doing. */
const MOST_UNENDED = 2

/**
 * Tries an engine. A driver may take the whole process down with it, and the next process would try again: so a mark
 * stands in the cache as long as a trial lasts, and an engine that left marks behind is passed over.
 * @throws UnrollError `engine-crashed`, or what `work` throws
 */
export async function tryEngine<Result>(
  cache: string,
  engine: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const path = markPath(cache, engine)
  const unended = await readFile(path, 'utf8').then(Number, () => 0)
  if (unended >= MOST_UNENDED) {
    throw new UnrollError(
      'engine-crashed',
      `${engine} ended the program ${unended} times when it was tried.`,
      `Bring its driver up to date; --engine ${engine} tries it again.`,
    )
  }
  // Where it cannot be written, there is nothing to be careful by.
  await mkdir(join(cache, 'engines'), { recursive: true })
    .then(() => writeFile(path, String(unended + 1), { flush: true }))
    .catch(() => undefined)
  try {
    return await work()
  } finally {
    await forgetTrials(cache, engine)
  }
}

/** The engine has run: what came before is of no more account. */
export async function forgetTrials(cache: string, engine: string): Promise<void> {
  await rm(markPath(cache, engine), { force: true }).catch(() => undefined)
}

function markPath(cache: string, engine: string): string {
  return join(cache, 'engines', `${engine}.trying`)
}
