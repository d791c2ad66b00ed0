import type { WrittenPlaces } from '../../../src-core/contract/sampling'
import {
  samplingProcessEvents,
  type SamplingProcessCalls,
  type SamplingProcessEvents,
} from '../../../src-core/contract/sampling-process'
import { connect } from '../../../src-core/contract/rpc'
import { UnrollError } from '../../../src-core/errors'
import type { StartWorker, WorkerProcess } from '../worker-process'

/** Of what a process says while it dies, the end is kept. */
const LAST_WORDS = 4000

/** How long a process that nobody asks is kept, in milliseconds. */
const IDLE = 3 * 60_000

type GenerateRequest = Omit<Parameters<SamplingProcessCalls['generate']>[0], 'id'>

/** One process that is there, and what is asked of it. */
export interface OpenSamplingProcess {
  readonly pid: number | undefined
  readonly calls: Omit<SamplingProcessCalls, 'generate' | 'cancel'>
  /**
   * @param written hears the text as it comes.
   * @returns how many tokens were written, and how to end it before.
   */
  generate(
    request: GenerateRequest,
    written: (places: WrittenPlaces) => void,
  ): { done: Promise<number>; cancel(): void }
}

/**
 * The process in which text is written and networks are looked into, so that neither training nor the windows wait
 * for it. It is started when it is first asked for and again after it has died, and ended when nobody asks any more.
 */
export class SamplingProcess {
  #open: (OpenSamplingProcess & { readonly worker: WorkerProcess }) | null = null
  #users = 0
  #idle: NodeJS.Timeout | null = null

  /** @param idle milliseconds after which a process that is not used is ended. */
  constructor(
    private readonly start: StartWorker,
    private readonly idle = IDLE,
  ) {}

  /** Of the process that runs now, for tests that end it. */
  get pid(): number | undefined {
    return this.#open?.pid
  }

  /** @throws UnrollError `sampling-process-died`, and what `work` throws */
  async use<Result>(work: (process: OpenSamplingProcess) => Promise<Result>): Promise<Result> {
    this.#users++
    if (this.#idle) clearTimeout(this.#idle)
    this.#idle = null
    try {
      return await work((this.#open ??= this.#start()))
    } finally {
      this.#users--
      if (this.#users === 0 && this.#open) {
        this.#idle = setTimeout(() => this.close(), this.idle)
        this.#idle.unref()
      }
    }
  }

  /** Ends the process, if one runs; who waits for it hears that it is gone. */
  close(): void {
    this.#open?.worker.kill()
  }

  #start(): OpenSamplingProcess & { readonly worker: WorkerProcess } {
    const worker = this.start('sampling')
    let lastWords = ''
    worker.stderr((text) => (lastWords = (lastWords + text).slice(-LAST_WORDS)))
    const listeners = new Map<number, (places: WrittenPlaces) => void>()
    const functions = {
      written: ({ id, places }) => listeners.get(id)?.(places),
    } satisfies SamplingProcessEvents
    const calls = connect<SamplingProcessCalls, typeof functions>(
      worker.port,
      functions,
      samplingProcessEvents,
    )
    let requests = 0
    const open = {
      worker,
      pid: worker.pid,
      calls,
      generate: (request: GenerateRequest, written: (places: WrittenPlaces) => void) => {
        const id = requests++
        listeners.set(id, written)
        const done = calls.generate({ ...request, id }).finally(() => listeners.delete(id))
        return { done, cancel: () => void calls.cancel(id).catch(() => undefined) }
      },
    }
    worker.onExit((code, signal) => {
      if (this.#open === open) this.#open = null
      calls.$close(died(code, signal, lastWords))
    })
    return open
  }
}

function died(code: number | null, signal: string | null, lastWords: string): UnrollError {
  const how = signal ? `was killed by ${signal}` : `ended with code ${code ?? 'unknown'}`
  const words = lastWords.trim()
  return new UnrollError(
    'sampling-process-died',
    `The process that writes text ${how}${words ? `; it said: ${words}` : ''}.`,
    'Ask again: it is started anew.',
  )
}
