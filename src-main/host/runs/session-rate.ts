/** How fast a run trains in this session, pauses left out. */
export class SessionRate {
  #steps = 0
  /** Milliseconds before the stretch that is under way. */
  #before = 0
  #since: number | null = null

  constructor(private readonly now: () => number = () => performance.now()) {}

  goOn(): void {
    this.#since ??= this.now()
  }

  pause(): void {
    if (this.#since !== null) this.#before += this.now() - this.#since
    this.#since = null
  }

  add(steps: number): void {
    this.#steps += steps
  }

  /** Steps in a second; null until there is something to tell it from. */
  get stepsPerSecond(): number | null {
    const milliseconds = this.#before + (this.#since === null ? 0 : this.now() - this.#since)
    return this.#steps > 0 && milliseconds > 0 ? (1000 * this.#steps) / milliseconds : null
  }
}
