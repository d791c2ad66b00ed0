import { mkdir, readdir, rename, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** What was removed from a project lies in folders that are numbered in the order of removing: `.removed/7/NAME`. */
export class RemovedThings {
  /** @param folder where they go: one for each kind of thing. */
  constructor(private readonly folder: string) {}

  /** Takes a file or folder out of the project. */
  async put(path: string): Promise<void> {
    const last = (await this.#numbers())[0] ?? 0
    const place = join(this.folder, String(last + 1))
    await mkdir(place, { recursive: true })
    await rename(path, join(place, basename(path)))
  }

  /** Brings back what was removed last under the name of this path. @returns whether there was something. */
  async takeBack(path: string): Promise<boolean> {
    for (const number of await this.#numbers()) {
      const kept = join(this.folder, String(number), basename(path))
      if (!(await isThere(kept))) continue
      await mkdir(dirname(path), { recursive: true })
      await rename(kept, path)
      return true
    }
    return false
  }

  /** The newest first. */
  async #numbers(): Promise<number[]> {
    const names = await readdir(this.folder).catch((): string[] => [])
    return names
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .sort((a, b) => b - a)
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
