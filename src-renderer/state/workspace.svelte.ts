import { SvelteMap } from 'svelte/reactivity'
import { z } from 'zod'
import type { HostCalls } from '../../src-core/contract/host'

const SAVE_AFTER = 400

/** One part of what the page finds again. Setting `value` keeps it; what is in it is not watched. */
export interface WorkspacePart<Value> {
  value: Value
}

/** What the page finds again when it is opened: each feature has a part of its own. */
export class Workspace {
  readonly #kept = new SvelteMap<string, unknown>()
  // Never drawn.
  // eslint-disable-next-line svelte/prefer-svelte-reactivity
  readonly #waiting = new Set<string>()
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly host: Pick<HostCalls['system'], 'workspace' | 'saveWorkspace'>) {}

  /** Of another project, or for the first time. */
  async load(): Promise<void> {
    const kept = await this.host.workspace()
    this.#waiting.clear()
    this.#kept.clear()
    for (const [name, value] of Object.entries(kept)) this.#kept.set(name, value)
  }

  /** @param initial also where what was kept does not fit the schema. */
  part<Value>(name: string, schema: z.ZodType<Value>, initial: Value): WorkspacePart<Value> {
    const kept = this.#kept
    const keep = (value: Value) => this.#keep(name, value)
    let seen: unknown
    let read = initial
    return {
      get value() {
        const now = kept.get(name)
        if (now !== seen) {
          const parsed = schema.safeParse(now)
          read = parsed.success ? parsed.data : initial
          seen = now
        }
        return read
      },
      set value(value) {
        keep(value)
      },
    }
  }

  #keep(name: string, value: unknown): void {
    this.#kept.set(name, value)
    this.#waiting.add(name)
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.flush(), SAVE_AFTER)
  }

  /** Sends what waits to be kept. What cannot be sent now waits for the next time. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer)
    const names = [...this.#waiting]
    this.#waiting.clear()
    for (const name of names) {
      // Through JSON, so that no proxy of the page's state is sent.
      const json = z.json().parse(JSON.parse(JSON.stringify(this.#kept.get(name) ?? null)))
      await this.host.saveWorkspace(name, json).catch(() => this.#waiting.add(name))
    }
  }
}
