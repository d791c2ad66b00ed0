import { mkdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { Project } from '../../src-core/contract/system'
import { InTurn } from './in-turn'
import { readJson } from './json-file'
import { replaceFile } from './replace-file'

const MOST = 9

const listSchema = z.array(z.object({ folder: z.string(), name: z.string() }))

/** Where the person's settings are kept: $UNROLL_CONFIG, else $XDG_CONFIG_HOME/unroll, else ~/.config/unroll. */
function settingsFolder(): string {
  const { UNROLL_CONFIG, XDG_CONFIG_HOME } = process.env
  if (UNROLL_CONFIG) return UNROLL_CONFIG
  return join(XDG_CONFIG_HOME || join(homedir(), '.config'), 'unroll')
}

/** The projects that were open last, newest first. A list that cannot be read or written is no reason not to start. */
export class RecentProjects {
  readonly #file: string
  readonly #turns = new InTurn()

  constructor(private readonly folder = settingsFolder()) {
    this.#file = join(folder, 'recent.json')
  }

  async list(): Promise<Project[]> {
    return (await readJson(this.#file, listSchema)) ?? []
  }

  /** Puts a project first. */
  async add({ folder, name }: Project): Promise<void> {
    await this.#turns.run(this.#file, async () => {
      const others = (await this.list()).filter((other) => other.folder !== folder)
      const list = [{ folder, name }, ...others].slice(0, MOST)
      try {
        await mkdir(this.folder, { recursive: true })
        await replaceFile(this.#file, `${JSON.stringify(list, null, 2)}\n`)
      } catch {
        // The project opens all the same; it will not be found among the recent ones.
      }
    })
  }
}
