import { randomUUID } from 'node:crypto'
import { resolve, sep } from 'node:path'
import type { HostCalls, HostEvents } from '../../src-core/contract/host'
import { connectHost } from '../../src-core/contract/link'
import type { Port } from '../../src-core/contract/rpc'
import { reasonOf, UnrollError } from '../../src-core/errors'
import type { PageHost } from './workbench-server'

/**
 * Adds files to the project as a page would, a corpus each; those that it has are left as they are. What cannot be
 * read is told and skipped: the others are worth a page.
 */
export async function addCorpora(
  host: PageHost,
  files: readonly string[],
  tell: (line: string) => void,
): Promise<void> {
  if (files.length === 0) return
  const [ours, theirs] = portPair()
  const served = host.serve(theirs, { backlog: () => 0 })
  const connected = connectHost(ours, deaf())
  for (const file of files) {
    try {
      await addCorpus(connected.calls, resolve(file))
    } catch (error) {
      tell(`${file}: ${reasonOf(error)}${error instanceof UnrollError ? ` ${error.wayOut}` : ''}`)
    }
  }
  connected.close(new Error('all is said'))
  served.close()
}

async function addCorpus({ corpora }: HostCalls, path: string): Promise<void> {
  const entries = await corpora.list()
  const isOfPath = (file: { path: string }) => file.path === path || file.path.startsWith(path + sep)
  if (entries.some(({ found }) => found?.files.every(isOfPath))) return
  await corpora.add({ task: randomUUID(), source: { kind: 'paths', paths: [path] } })
}

/** Two ends of a channel inside this process. */
function portPair(): [Port, Port] {
  const listeners: (((message: unknown) => void) | null)[] = [null, null]
  const end = (own: number): Port => ({
    post: (message) => queueMicrotask(() => listeners[1 - own]?.(message)),
    onMessage: (listener) => (listeners[own] = listener),
    close: () => (listeners[own] = null),
  })
  return [end(0), end(1)]
}

/** Hears of everything and does nothing. */
function deaf(): HostEvents {
  const ignore = () => undefined
  return {
    architectures: { changed: ignore },
    corpora: { changed: ignore },
    runs: {
      changed: ignore,
      removed: ignore,
      steps: ignore,
      epoch: ignore,
      sample: ignore,
      rewound: ignore,
    },
    sampling: { written: ignore },
    shell: { command: ignore, given: ignore },
    system: { projectChanged: ignore },
    tasks: { progress: ignore },
  }
}
