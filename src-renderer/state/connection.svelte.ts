import { hostCalls, type HostCalls, type HostEvents } from '../../src-core/contract/host'
import { connectHost, type ConnectedHost } from '../../src-core/contract/link'
import { UnrollError } from '../../src-core/errors'
import { backoff } from './backoff'
import type { OpenPort } from './ports'

export type ConnectionState = 'connecting' | 'open' | 'lost'

interface ConnectionOptions {
  readonly open: () => Promise<OpenPort>
  readonly events: HostEvents
  /** Whenever there is a host to ask: the first time and after every loss. */
  readonly onopen: () => void
}

/** The way to the host; where it breaks it is made again, and `calls` stays the same object. */
export class Connection {
  readonly calls: HostCalls
  #state: ConnectionState = $state('connecting')
  #host: ConnectedHost | null = null
  #attempt = 0

  constructor(private readonly options: ConnectionOptions) {
    this.calls = forwarding((domain, name, args) => this.#call(domain, name, args))
    void this.#connect()
  }

  get state(): ConnectionState {
    return this.#state
  }

  async #connect(): Promise<void> {
    try {
      const opened = await this.options.open()
      const host = connectHost(opened.port, this.options.events)
      this.#host = host
      this.#attempt = 0
      this.#state = 'open'
      opened.onClose(() => this.#lose(host))
      this.options.onopen()
    } catch {
      if (this.#attempt > 0) this.#state = 'lost'
      this.#retry()
    }
  }

  #lose(host: ConnectedHost): void {
    this.#host = null
    this.#state = 'lost'
    host.close(notConnected())
    this.#retry()
  }

  #retry(): void {
    setTimeout(() => void this.#connect(), backoff(this.#attempt))
    this.#attempt += 1
  }

  async #call(domain: keyof HostCalls, name: string, args: unknown[]): Promise<unknown> {
    if (this.#host === null) throw notConnected()
    const service: object = this.#host.calls[domain]
    const method: unknown = Reflect.get(service, name)
    if (typeof method !== 'function') throw new Error(`the host has no ${domain}.${name}`)
    return Reflect.apply(method, service, args)
  }
}

function notConnected(): UnrollError {
  return new UnrollError(
    'not-connected',
    'The program behind this page does not answer.',
    'Wait until it does, or start it again.',
  )
}

type Forward = (domain: keyof HostCalls, name: string, args: unknown[]) => Promise<unknown>

function forwarding(forward: Forward): HostCalls
function forwarding(forward: Forward): object {
  const domains = ['architectures', 'corpora', 'runs', 'sampling', 'shell', 'system', 'tasks'] as const
  const calls = domains.map((domain) => {
    const methods = Object.keys(hostCalls[domain]).map((name) => {
      return [name, (...args: unknown[]) => forward(domain, name, args)] as const
    })
    return [domain, Object.fromEntries(methods)] as const
  })
  return Object.fromEntries(calls)
}
