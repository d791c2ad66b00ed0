/** What is asked of a stream that may be a terminal. */
export interface Terminal {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/** A line of a terminal that is rewritten in place; where there is no terminal it shows nothing. */
export class LiveLine {
  #shown = false
  #shownAt = -Infinity

  constructor(private readonly stream: Terminal) {}

  /** At most ten times a second. */
  show(text: string): void {
    const now = performance.now()
    if (!this.stream.isTTY || now - this.#shownAt < 100) return
    this.stream.write(`\r\x1b[K${text.slice(0, (this.stream.columns || 80) - 1)}`)
    this.#shown = true
    this.#shownAt = now
  }

  /** Makes room for what stays. */
  clear(): void {
    if (this.#shown) this.stream.write('\r\x1b[K')
    this.#shown = false
    this.#shownAt = -Infinity
  }
}
