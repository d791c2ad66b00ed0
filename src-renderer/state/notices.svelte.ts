import { isCancelled, wordsOfError } from '../ui/error-words'

const SHOWN_FOR = 8000

interface NoticeAction {
  readonly label: string
  readonly run: () => void
}

export interface Notice {
  readonly id: number
  readonly kind: 'info' | 'error'
  readonly message: string
  readonly wayOut: string
  readonly action: NoticeAction | null
}

/** Short messages at the foot of the page. What merely tells goes by itself; errors stay until they are read. */
export class Notices {
  #list: readonly Notice[] = $state.raw([])
  #next = 1

  get list(): readonly Notice[] {
    return this.#list
  }

  info(message: string, action: NoticeAction | null = null): void {
    const id = this.#add({ kind: 'info', message, wayOut: '', action })
    setTimeout(() => this.dismiss(id), SHOWN_FOR)
  }

  /** Says nothing of what the person called off themselves. */
  error(error: unknown, retry?: () => void): void {
    if (isCancelled(error)) return
    const { message, wayOut } = wordsOfError(error)
    if (this.#list.some((notice) => notice.message === message)) return
    this.#add({ kind: 'error', message, wayOut, action: retry ? { label: 'Try again', run: retry } : null })
  }

  dismiss(id: number): void {
    this.#list = this.#list.filter((notice) => notice.id !== id)
  }

  #add(notice: Omit<Notice, 'id'>): number {
    const id = this.#next++
    this.#list = [...this.#list.slice(-3), { ...notice, id }]
    return id
  }
}
