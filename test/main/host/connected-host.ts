import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MessageChannel } from 'node:worker_threads'
import { onTestFinished } from 'vitest'
import { connectHost } from '../../../src-core/contract/link'
import { hostEvents, type HostEvents } from '../../../src-core/contract/host'
import type { Port } from '../../../src-core/contract/rpc'
import { Host, type HostOptions } from '../../../src-main/host/host'
import { temporaryFolder } from '../store/temporary-folder'

/** An event as a page heard of it: `runs.changed` and what came with it. */
export interface Heard {
  readonly name: string
  readonly args: unknown[]
}

/** 30 batches of 4 windows of 8 characters. */
export const TEXT = 'the quick brown fox jumps over the lazy dog, again. '.repeat(24)

/** Folders of their own for a host, with a text, and nothing kept from earlier tests. */
export async function hostFolder(): Promise<{ folder: string; options: HostOptions; text: string }> {
  const folder = await temporaryFolder()
  process.env.UNROLL_CACHE = join(folder, 'cache')
  await mkdir(folder, { recursive: true })
  const text = join(folder, 'text.txt')
  await writeFile(text, TEXT)
  const options = {
    shell: 'server',
    project: join(folder, 'project'),
    paths: 'any',
    settings: join(folder, 'settings'),
  } as const
  return { folder, options, text }
}

export async function openHost(options: HostOptions): Promise<Host> {
  const host = await Host.open(options)
  onTestFinished(() => host.close())
  return host
}

/** A page of a host, with all that it hears. */
export function connectPage(host: Host, backlog?: () => number) {
  const [ours, theirs] = channel()
  const heard: Heard[] = []
  const waiting = new Set<() => void>()
  const listeners = Object.fromEntries(
    Object.entries(hostEvents).map(([domain, events]) => [
      domain,
      Object.fromEntries(
        Object.keys(events).map((event) => [
          event,
          (...args: unknown[]) => {
            heard.push({ name: `${domain}.${event}`, args })
            for (const look of waiting) look()
          },
        ]),
      ),
    ]),
  ) as unknown as HostEvents
  const served = host.serve(theirs, backlog ? { backlog } : {})
  const { calls } = connectHost(ours, listeners)
  onTestFinished(() => {
    served.close()
    ours.close()
  })
  /** Resolves once something that was heard of, also before, is what is waited for. */
  const until = (matches: (heard: Heard) => boolean): Promise<Heard> =>
    new Promise((resolve) => {
      const look = () => {
        const found = heard.find(matches)
        if (!found) return
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      look()
    })
  /** Resolves once the run is told of in this state from now on. */
  const untilState = async (id: string, ...states: string[]) => {
    const entry = (await calls.runs.list()).find((each) => each.id === id)
    if (entry && states.includes(entry.state.state)) return entry
    const from = heard.length
    const told = await until(
      (event) =>
        heard.indexOf(event) >= from && event.name === 'runs.changed' && isIn(event.args[0], id, states),
    )
    return told.args[0] as typeof entry & object
  }
  return { calls, heard, until, untilState, served }
}

function isIn(entry: unknown, id: string, states: readonly string[]): boolean {
  const { id: other, state } = entry as { id: string; state: { state: string } }
  return other === id && states.includes(state.state)
}

/** The two ends of a channel that clones what it carries. */
function channel(): [Port, Port] {
  const { port1, port2 } = new MessageChannel()
  const end = (port: typeof port1): Port => ({
    post: (message) => port.postMessage(message),
    onMessage: (listener) => void port.on('message', listener),
    close: () => port.close(),
  })
  return [end(port1), end(port2)]
}
