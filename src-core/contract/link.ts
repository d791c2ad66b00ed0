import type { z } from 'zod'
import type { CallSchema } from './call'
import { hostCalls, hostEvents, type HostCalls, type HostEvents } from './host'
import { connect, type Port } from './rpc'

type AnyFunction = (...args: unknown[]) => unknown
type Flat<Value> = Record<string, Value>

/** What one end answers or hears, as far as it is looked at before a call comes. */
type Services = Readonly<Record<string, object | undefined>>

/** The host's end of a page's connection. */
export interface ServedPage {
  /** Tells the page; what can no longer be delivered is dropped. */
  readonly events: HostEvents
  close(): void
}

/**
 * Answers a page. A domain that is left out is refused.
 * @param services their methods are called on them, so instances of classes may be handed in.
 */
export function serveHost(port: Port, services: Partial<HostCalls>): ServedPage {
  const schemas = flatten<CallSchema>(hostCalls)
  const offered = Object.keys(schemas).filter((name) => serviceOf(services, name) !== undefined)
  const functions = Object.fromEntries(offered.map((name) => [name, methodOf(services, name)]))
  const args = Object.fromEntries(offered.map((name) => [name, schemas[name].args]))
  const rpc = connect<Flat<AnyFunction>, Flat<AnyFunction>>(port, functions, args)
  const events = nest(hostEvents, (name) => (...values) => {
    if (!rpc.$closed) void rpc.$callEvent(name, ...values)
  })
  return { events, close: () => rpc.$close() }
}

/** The page's end. */
export interface ConnectedHost {
  readonly calls: HostCalls
  /** Every call that still waits fails with this error. */
  close(error: Error): void
}

/** Asks a host. What it answers is checked, like what it is asked. */
export function connectHost(port: Port, listeners: HostEvents): ConnectedHost {
  const schemas = flatten<z.ZodType<unknown[]>>(hostEvents)
  const results = flatten<CallSchema>(hostCalls)
  const functions = Object.fromEntries(Object.keys(schemas).map((name) => [name, methodOf(listeners, name)]))
  const rpc = connect<Flat<AnyFunction>, Flat<AnyFunction>>(port, functions, schemas)
  const calls = nest(
    hostCalls,
    (name) =>
      async (...values) =>
        results[name].result.parse(await rpc.$call(name, ...values)),
  )
  return { calls, close: (error) => rpc.$close(error) }
}

/** `runs.start` for `start` of `runs`. */
function flatten<Value>(domains: Readonly<Record<string, Readonly<Record<string, Value>>>>): Flat<Value> {
  const entries = Object.entries(domains).flatMap(([domain, members]) =>
    Object.entries(members).map(([name, value]) => [`${domain}.${name}`, value] as const),
  )
  return Object.fromEntries(entries)
}

function nest(domains: typeof hostCalls, make: (name: string) => AnyFunction): HostCalls
function nest(domains: typeof hostEvents, make: (name: string) => AnyFunction): HostEvents
function nest(domains: Readonly<Record<string, object>>, make: (name: string) => AnyFunction): object {
  const calls: Record<string, Flat<AnyFunction>> = {}
  for (const [domain, members] of Object.entries(domains)) {
    calls[domain] = Object.fromEntries(Object.keys(members).map((name) => [name, make(`${domain}.${name}`)]))
  }
  return calls
}

function serviceOf(services: Services, name: string): object | undefined {
  const [domain] = name.split('.', 1)
  return Object.hasOwn(services, domain) ? services[domain] : undefined
}

function methodOf(services: Services, name: string): AnyFunction {
  const service = serviceOf(services, name)
  const method: unknown = service && Reflect.get(service, name.slice(name.indexOf('.') + 1))
  if (typeof method !== 'function') throw new Error(`nothing answers ${name}`)
  return (...args) => Reflect.apply(method, service, args) as unknown
}
