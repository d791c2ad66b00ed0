import { realpathSync } from 'node:fs'
import { resolve, sep } from 'node:path'
import { UnrollError } from '../../src-core/errors'

/** Which paths a page may name. */
export class AllowedPaths {
  readonly #allowed: 'any' | readonly string[]

  /** @param allowed any, or those that the person named to the program, with what is below them */
  constructor(allowed: 'any' | readonly string[]) {
    this.#allowed = allowed === 'any' ? 'any' : allowed.map(withoutLinks)
  }

  /** @throws UnrollError `path-not-allowed` */
  check(path: string): void {
    if (this.#allowed === 'any') return
    const full = withoutLinks(path)
    if (this.#allowed.some((allowed) => full === allowed || full.startsWith(allowed + sep))) return
    throw new UnrollError(
      'path-not-allowed',
      `This page may not read ${path}.`,
      'Drop the file on the page, or name it on the command line where the program was started.',
    )
  }
}

/** A link that lies in what is allowed may lead out of it. */
function withoutLinks(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return resolve(path)
  }
}
