/** Why the server does not answer. Nothing of the request itself goes into a log: it may hold a secret. */
const reasons = {
  'foreign-host': 'its Host is not a name of this server',
  'foreign-origin': 'it came from a page that is not ours',
  'no-origin': 'it does not say which page it came from',
  'no-access': 'it came without access',
  'bad-token': 'its address was used before or never given out',
  'no-rule': 'there is no rule for its address',
  'bad-method': 'its address takes no such method',
  'with-body': 'it brought a body',
  'bad-message': 'what came through a socket is no message',
  'too-many-pages': 'too many pages are open',
  'page-stuck': 'a page no longer took what was sent to it',
} as const
export type Refusal = keyof typeof reasons

const MINUTE = 60_000

/** The log of what was refused: each reason at most once a minute, so that nobody fills a disk with it. */
export class RefusalLog {
  readonly #last = new Map<Refusal, number>()

  constructor(private readonly write: (line: string) => void) {}

  note(refusal: Refusal): void {
    const now = performance.now()
    if (now - (this.#last.get(refusal) ?? -Infinity) < MINUTE) return
    this.#last.set(refusal, now)
    this.write(`Refused (${refusal}): ${reasons[refusal]}.`)
  }
}
