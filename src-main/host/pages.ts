import type { HostEvents } from '../../src-core/contract/host'

/** Bytes on their way to a page above which it is spared what it can ask for later. */
const MOST_BACKLOG = 1_000_000

/** A page that is connected. */
export interface ConnectedPage {
  readonly events: HostEvents
  /** Bytes that are not sent yet. */
  readonly backlog: () => number
}

/** All pages that are connected, to tell them what happens. A page that is gone or slow costs the others nothing. */
export class Pages {
  readonly #pages = new Set<ConnectedPage>()

  add(page: ConnectedPage): void {
    this.#pages.add(page)
  }

  remove(page: ConnectedPage): void {
    this.#pages.delete(page)
  }

  tell(say: (events: HostEvents) => void): void {
    for (const page of this.#pages) quietly(() => say(page.events))
  }

  /** Leaves out pages that cannot keep up. */
  tellWhoKeepsUp(say: (events: HostEvents) => void): void {
    for (const page of this.#pages) {
      quietly(() => {
        if (page.backlog() <= MOST_BACKLOG) say(page.events)
      })
    }
  }
}

function quietly(act: () => void): void {
  try {
    act()
  } catch {
    // The page is gone; its shell closes what it was served by.
  }
}
