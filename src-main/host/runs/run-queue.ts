/** Runs that wait for their turn, each once, in the order of their coming. */
export class RunQueue<Options> {
  #waiting: { id: string; options: Options }[] = []

  get ids(): string[] {
    return this.#waiting.map(({ id }) => id)
  }

  /** Counted from 1; null for one that does not wait. */
  placeOf(id: string): number | null {
    const index = this.#waiting.findIndex((each) => each.id === id)
    return index === -1 ? null : index + 1
  }

  /** One that waits already keeps its place and takes the options. */
  add(id: string, options: Options): void {
    const known = this.#waiting.find((each) => each.id === id)
    if (known) known.options = options
    else this.#waiting.push({ id, options })
  }

  /** @returns whether it waited */
  remove(id: string): boolean {
    const before = this.#waiting.length
    this.#waiting = this.#waiting.filter((each) => each.id !== id)
    return this.#waiting.length < before
  }

  next(): { id: string; options: Options } | null {
    return this.#waiting.shift() ?? null
  }

  clear(): void {
    this.#waiting = []
  }
}
