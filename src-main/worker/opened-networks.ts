import type { OpenedWeights, OpenRequest } from '../../src-core/contract/sampling-process'
import { findWeights, weightsKey } from './find-weights'
import { networkNotOpen, OpenedNetwork } from './opened-network'
import type { Turns } from './turns'

/** Networks that stay open, to be asked again. */
const KEPT = 4

interface Entry {
  readonly network: number
  /** Null for a snapshot, which is found by its number alone. */
  readonly key: string | null
  readonly opened: Promise<OpenedNetwork>
}

/** The networks that were asked of last. */
export class OpenedNetworks {
  /** The newest use last. */
  readonly #entries: Entry[] = []
  #count = 0

  constructor(private readonly turns: Turns) {}

  /** @throws UnrollError of `weightsKey`, `findWeights` and `OpenedNetwork.open` */
  async open(request: OpenRequest): Promise<OpenedWeights> {
    const key = await weightsKey(request)
    const known = key === null ? undefined : this.#entries.find((entry) => entry.key === key)
    const entry = known ?? { network: this.#count++, key, opened: this.#open(request) }
    this.#use(entry)
    const { network, opened } = entry
    try {
      return { network, step: (await opened).found.step }
    } catch (error) {
      this.#remove(entry)
      throw error
    }
  }

  /** @throws UnrollError `network-not-open` */
  async get(network: number): Promise<OpenedNetwork> {
    const entry = this.#entries.find((each) => each.network === network)
    if (!entry) throw networkNotOpen()
    this.#use(entry)
    return entry.opened
  }

  async #open(request: OpenRequest): Promise<OpenedNetwork> {
    return OpenedNetwork.open(await findWeights(request), this.turns)
  }

  /** Puts it last, and closes those that were not used for longest. */
  #use(entry: Entry): void {
    this.#remove(entry)
    this.#entries.push(entry)
    for (const old of this.#entries.splice(0, Math.max(0, this.#entries.length - KEPT))) {
      old.opened.then((opened) => opened.dispose()).catch(() => undefined)
    }
  }

  #remove(entry: Entry): void {
    const place = this.#entries.indexOf(entry)
    if (place >= 0) this.#entries.splice(place, 1)
  }
}
