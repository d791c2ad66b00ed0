import type { Socket } from 'node:net'

/** How many connections may be open that have shown no access; a browser makes six at once. */
const UNKNOWN = 64

/**
 * Keeps strangers from taking all connections: of those that have shown no access the oldest goes when there are
 * too many. A browser shows its cookie in its first bytes, so whoever waits long is none.
 */
export class Connections {
  /** In the order in which they came. */
  readonly #unknown = new Set<Socket>()

  add(socket: Socket): void {
    this.#unknown.add(socket)
    socket.on('close', () => this.#unknown.delete(socket))
    if (this.#unknown.size <= UNKNOWN) return
    const [oldest] = this.#unknown
    this.#unknown.delete(oldest)
    oldest.destroy()
  }

  /** It has shown access. */
  trust(socket: Socket): void {
    this.#unknown.delete(socket)
  }
}
