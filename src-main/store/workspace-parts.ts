import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { WORKSPACE_LIMIT } from '../../src-core/contract/system'
import { UnrollError } from '../../src-core/errors'
import { InTurn } from './in-turn'
import { replaceFile } from './replace-file'

const SUFFIX = '.json'

const partSchema = z.json()
export type Json = z.output<typeof partSchema>

/** What pages keep between sessions, a file for each part. */
export class WorkspaceParts {
  readonly #turns = new InTurn()

  constructor(private readonly folder: string) {}

  /** A part that cannot be read is left out: whoever wrote it begins anew. */
  async read(): Promise<Record<string, Json>> {
    const names = await readdir(this.folder).catch((): string[] => [])
    const parts: Record<string, Json> = {}
    for (const name of names.filter((each) => each.endsWith(SUFFIX))) {
      try {
        const json: unknown = JSON.parse(await readFile(join(this.folder, name), 'utf8'))
        parts[decodeURIComponent(name.slice(0, -SUFFIX.length))] = partSchema.parse(json)
      } catch {
        // Damaged; the next time it is saved it is whole again.
      }
    }
    return parts
  }

  /** Resolves once it is on the disk. @throws UnrollError `workspace-too-large` */
  async save(part: string, value: Json): Promise<void> {
    const text = JSON.stringify(value)
    if (text.length > WORKSPACE_LIMIT) {
      throw new UnrollError(
        'workspace-too-large',
        `The part "${part}" of the workspace has ${text.length} characters; at most ${WORKSPACE_LIMIT} are kept.`,
        'Close or remove something of it.',
      )
    }
    // A name may hold anything; what is escaped is one plain file, and never a path.
    const file = join(this.folder, encodeURIComponent(part).replace(/\./g, '%2E') + SUFFIX)
    await this.#turns.run(file, async () => {
      await mkdir(this.folder, { recursive: true })
      await replaceFile(file, text)
    })
  }

  /** Resolves once nothing is being written. */
  idle(): Promise<void> {
    return this.#turns.idle()
  }
}
