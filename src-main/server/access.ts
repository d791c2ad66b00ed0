import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * Who may use the workbench: whoever opened an address that was shown in the terminal. Such an address works once
 * and gives the browser a cookie; both are secrets of this process and appear in no log.
 */
export class Access {
  readonly #session = secret()
  #token: string | null = null

  /** @returns a token for a new address; the one before it no longer works. */
  mint(): string {
    this.#token = secret()
    return this.#token
  }

  /** Whether this is the newest token, for the first time. */
  redeem(token: string): boolean {
    if (this.#token === null || !isSame(token, this.#token)) return false
    this.#token = null
    return true
  }

  /** The header that gives a browser its cookie. Cookies do not tell ports apart, so its name does. */
  cookie(port: number): string {
    return `${nameOf(port)}=${this.#session}; Path=/; HttpOnly; SameSite=Strict`
  }

  /** @param header `Cookie` as it came. */
  isKnown(header: string | undefined, port: number): boolean {
    const given = (header ?? '').split(';').map((pair) => pair.trim().split('='))
    return given.some(([name, value]) => name === nameOf(port) && isSame(value ?? '', this.#session))
  }
}

function secret(): string {
  return randomBytes(32).toString('base64url')
}

function nameOf(port: number): string {
  return `unroll-${port}`
}

/** Takes as long for every text: what is compared are checksums. */
function isSame(given: string, wanted: string): boolean {
  return timingSafeEqual(checksum(given), checksum(wanted))
}

function checksum(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
