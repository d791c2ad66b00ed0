/** How long work goes on before messages are looked at, in milliseconds. */
const BREATH = 15

/** Lets what is asked for at the same time take turns: work is done one after the other, in the order it came. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve()
  #breathedAt = performance.now()

  take<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(work)
    this.#last = turn.then(
      () => this.#breathe(),
      () => this.#breathe(),
    )
    return turn
  }

  async #breathe(): Promise<void> {
    if (performance.now() - this.#breathedAt < BREATH) return
    await new Promise((resolve) => setImmediate(resolve))
    this.#breathedAt = performance.now()
  }
}
