import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { runIdSchema } from '../../../src-core/contract/runs'
import { UnrollError } from '../../../src-core/errors'
import { damagedRun, type DamagedRun } from './damaged-run'
import { ProjectRun } from './project-run'
import type { RunListener } from './run-standing'

/** The runs that lie in a project's folders, sound or not. */
export class FoundRuns {
  readonly #sound = new Map<string, ProjectRun>()
  readonly #damaged = new Map<string, DamagedRun>()

  /** @param listenerTo who hears of a run. */
  constructor(private readonly listenerTo: (id: string) => RunListener) {}

  /** Reads what is on the disk. @param folders of runs; the later before the earlier */
  async load(folders: readonly string[]): Promise<void> {
    this.#sound.clear()
    this.#damaged.clear()
    for (const folder of folders) {
      const names = await readdir(folder).catch((): string[] => [])
      for (const id of names.filter((name) => runIdSchema.safeParse(name).success)) {
        await this.read(id, join(folder, id))
      }
    }
  }

  /** Takes a folder in as what it is now; what has nothing of a run is left out. */
  async read(id: string, folder: string): Promise<void> {
    try {
      const run = await ProjectRun.open(id, folder, this.listenerTo(id))
      this.drop(id)
      this.#sound.set(id, run)
    } catch (error) {
      const damaged = await damagedRun(id, folder, error)
      this.drop(id)
      if (damaged) this.#damaged.set(id, damaged)
    }
  }

  /** Their files may have been put right meanwhile. @returns those that can be read now */
  async readDamagedAgain(): Promise<string[]> {
    const before = this.damaged
    for (const { id, folder } of before) await this.read(id, folder)
    return before.map(({ id }) => id).filter((id) => this.#sound.has(id))
  }

  /** Those that can be read. */
  get sound(): ProjectRun[] {
    return [...this.#sound.values()]
  }

  get damaged(): DamagedRun[] {
    return [...this.#damaged.values()]
  }

  has(id: string): boolean {
    return this.#sound.has(id) || this.#damaged.has(id)
  }

  /** @throws UnrollError `unknown-run`, or why the run cannot be read */
  get(id: string): ProjectRun {
    const run = this.#sound.get(id)
    if (run) return run
    throw this.#damaged.get(id)?.error ?? unknownRun(id)
  }

  /** Null where it is sound or unknown. */
  damagedOne(id: string): DamagedRun | null {
    return this.#damaged.get(id) ?? null
  }

  drop(id: string): void {
    this.#sound.delete(id)
    this.#damaged.delete(id)
  }
}

export function unknownRun(id: string): UnrollError {
  return new UnrollError('unknown-run', `There is no run ${id} in this project.`, 'Choose one of the list.')
}
