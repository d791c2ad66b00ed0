import type { IncomingHttpHeaders } from 'node:http'
import { hostname, networkInterfaces } from 'node:os'
import type { Refusal } from './refusals'

/** Names by which this machine alone reaches itself. */
const loopback: readonly string[] = ['127.0.0.1', 'localhost', '::1']

export function isLoopback(host: string): boolean {
  return loopback.includes(host) || /^127\.\d+\.\d+\.\d+$/.test(host)
}

/** The names that a page of ours can have in its address, and what is not said in their name. */
export class OwnAddresses {
  /** `name:port`, as in `Host`. */
  readonly #authorities: ReadonlySet<string>

  /** @param host that the server listens on; beyond loopback every name of this machine is one of ours. */
  constructor(host: string, port: number) {
    const names = isLoopback(host) ? [host, ...loopback] : [host, ...loopback, ...namesOfMachine()]
    this.#authorities = new Set(names.flatMap((name) => authoritiesOf(name, port)))
  }

  /** @param host as in `Host`. */
  has(host: string | undefined): host is string {
    return host !== undefined && this.#authorities.has(host.toLowerCase())
  }

  /**
   * Why a request is not for this server or not from its page; null where it is. A name that is not ours means
   * that a foreign name was made to point here (DNS rebinding).
   * @param origin whether `Origin` must be there, or may be left out as by a browser that opens an address.
   */
  refusalOf(headers: IncomingHttpHeaders, origin: 'needed' | 'optional'): Refusal | null {
    const { host } = headers
    if (!this.has(host)) return 'foreign-host'
    if (headers.origin === undefined) return origin === 'needed' ? 'no-origin' : null
    return headers.origin === `http://${host.toLowerCase()}` ? null : 'foreign-origin'
  }
}

/** `http://name:port` */
export function originOf(host: string, port: number): string {
  return `http://${authoritiesOf(host, port)[0]}`
}

/** Where a person opens the page of a server that listens on this host. */
export function nameToOpen(host: string): string {
  if (host === '0.0.0.0' || host === '::') return addressesOfMachine()[0] ?? '127.0.0.1'
  return host
}

/** Browsers leave the port out where it is 80. */
function authoritiesOf(name: string, port: number): string[] {
  const written = name.includes(':') ? `[${name}]` : name.toLowerCase()
  return port === 80 ? [written, `${written}:80`] : [`${written}:${port}`]
}

function namesOfMachine(): string[] {
  return [hostname(), `${hostname()}.local`, ...addressesOfMachine()]
}

/** Those that others can reach, IPv4 first. */
function addressesOfMachine(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  const outer = all.filter(({ internal }) => !internal)
  return [...outer.filter(({ family }) => family === 'IPv4'), ...outer].map(({ address }) => address)
}
