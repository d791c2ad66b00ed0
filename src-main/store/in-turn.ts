/** Does what changes one thing one after another, in the order of asking; different things do not wait for each other. */
export class InTurn {
  readonly #last = new Map<string, Promise<unknown>>()

  /** @param key what is changed, such as the path of a file. */
  run<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#last.get(key) ?? Promise.resolve()
    const mine = before.then(work, work)
    this.#last.set(key, mine)
    const forget = () => {
      if (this.#last.get(key) === mine) this.#last.delete(key)
    }
    mine.then(forget, forget)
    return mine
  }

  /** Resolves once nothing waits any more. */
  async idle(): Promise<void> {
    while (this.#last.size > 0) await Promise.allSettled(this.#last.values())
  }
}
