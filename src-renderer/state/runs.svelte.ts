import { SvelteMap } from 'svelte/reactivity'
import type { HostCalls } from '../../src-core/contract/host'
import { METRICS_LIMIT, type RunDetail, type RunEntry, type RunSteps } from '../../src-core/contract/runs'
import type { EpochLine, SampleLine } from '../../src-core/training/metrics'
import { RunSeries } from '../features/runs/run-series.svelte'
import { wordsOfError } from '../ui/error-words'
import type { Notices } from './notices.svelte'
import type { Selection } from './selection.svelte'

/** What only steps tell while a run trains. */
export interface RunPace {
  readonly step: number
  readonly tokensPerSecond: number | null
  readonly secondsLeft: number | null
  readonly learningRate: number
}

interface Needs {
  readonly host: HostCalls['runs']
  readonly notices: Notices
  readonly selection: Selection
}

/** The runs of the project. What is asked for here and not yet known is loaded, and there the next time. */
export class Runs {
  readonly #entries = new SvelteMap<string, RunEntry>()
  readonly #details = new SvelteMap<string, RunDetail>()
  // Not drawn by itself: what is in it tells of its changes.
  // eslint-disable-next-line svelte/prefer-svelte-reactivity
  readonly #series = new Map<string, RunSeries>()
  readonly #samples = new SvelteMap<string, readonly SampleLine[]>()
  readonly #paces = new SvelteMap<string, RunPace>()
  // Never drawn.
  // eslint-disable-next-line svelte/prefer-svelte-reactivity
  readonly #behind = new Set<string>()
  // eslint-disable-next-line svelte/prefer-svelte-reactivity
  readonly #asked = new Set<string>()
  #known = $state(false)

  constructor(private readonly needs: Needs) {}

  /** Whether the list was told yet. */
  get known(): boolean {
    return this.#known
  }

  /** Newest first. */
  get entries(): readonly RunEntry[] {
    return [...this.#entries.values()].sort((a, b) => (a.created < b.created ? 1 : -1))
  }

  entry(id: string | null): RunEntry | undefined {
    return id === null ? undefined : this.#entries.get(id)
  }

  /** How fast it goes now; undefined while it does not. */
  progress(id: string): RunPace | undefined {
    return this.#paces.get(id)
  }

  detail(id: string): RunDetail | undefined {
    this.#ask(`detail ${id}`, async () => {
      this.#details.set(id, await this.needs.host.detail(id))
    })
    return this.#details.get(id)
  }

  metrics(id: string): RunSeries {
    const known = this.#series.get(id)
    if (known) return known
    const series = new RunSeries()
    this.#series.set(id, series)
    this.#fill(id)
    return series
  }

  samples(id: string): readonly SampleLine[] {
    this.#ask(`samples ${id}`, async () => {
      this.#samples.set(id, await this.needs.host.samples(id))
    })
    return this.#samples.get(id) ?? []
  }

  /** After the connection was lost, or another project was opened. */
  async refresh(): Promise<void> {
    const entries = await this.needs.host.list()
    for (const id of [...this.#entries.keys()])
      if (!entries.some((entry) => entry.id === id)) this.removed(id)
    for (const entry of entries) this.#entries.set(entry.id, entry)
    this.#known = true
    this.#asked.clear()
    this.#samples.clear()
    for (const id of this.#series.keys()) this.#fill(id)
    this.#selectOne()
  }

  changed(entry: RunEntry): void {
    this.#entries.set(entry.id, entry)
    if (entry.state.state !== 'running') this.#paces.delete(entry.id)
  }

  removed(id: string): void {
    this.#entries.delete(id)
    this.#details.delete(id)
    this.#series.delete(id)
    this.#samples.delete(id)
    this.#paces.delete(id)
    for (const kind of ['detail', 'samples', 'metrics']) this.#asked.delete(`${kind} ${id}`)
    const { selection } = this.needs
    selection.compared = selection.compared.filter((one) => one !== id)
    if (selection.run === id) {
      selection.run = null
      this.#selectOne()
    }
  }

  steps(steps: RunSteps): void {
    const { run, first, losses, learningRate, tokensPerSecond, secondsLeft } = steps
    const step = first + losses.length - 1
    this.#paces.set(run, { step, learningRate, tokensPerSecond, secondsLeft })
    const entry = this.#entries.get(run)
    if (entry)
      this.#entries.set(run, { ...entry, step, loss: losses[losses.length - 1] ?? entry.loss, learningRate })
    if (this.#series.get(run)?.append(steps) === 'gap') this.#fill(run)
  }

  epoch(run: string, line: EpochLine): void {
    this.#series.get(run)?.addEpoch(line)
  }

  sample(run: string, line: SampleLine): void {
    const known = this.#samples.get(run)
    if (known) this.#samples.set(run, [...known.filter(({ step }) => step < line.step), line])
  }

  rewound(run: string, step: number): void {
    this.#series.get(run)?.rewind(step)
    const known = this.#samples.get(run)
    if (known)
      this.#samples.set(
        run,
        known.filter((line) => line.step <= step),
      )
  }

  /** Asks for the steps that are missing, once at a time; what was made meanwhile follows by itself. */
  #fill(id: string): void {
    const key = `metrics ${id}`
    if (this.#asked.has(key)) {
      this.#behind.add(id)
      return
    }
    this.#ask(key, async () => {
      const series = this.#series.get(id)
      if (!series) return
      try {
        const from = series.steps + 1
        const metrics = await this.needs.host.metrics(id, from)
        // A run that began with a checkpoint from elsewhere has no steps before it.
        if (metrics.first > from && series.steps + 1 === from) series.skipTo(metrics.first)
        series.load(metrics)
        if (metrics.losses.length >= METRICS_LIMIT) this.#behind.add(id)
      } finally {
        this.#asked.delete(key)
        // Steps that were too many for one answer, or that came meanwhile and may not be in it.
        if (this.#behind.delete(id)) this.#fill(id)
      }
    })
  }

  /** Not at once, so that what is drawn may ask. */
  #ask(key: string, load: () => Promise<void>): void {
    if (this.#asked.has(key)) return
    this.#asked.add(key)
    queueMicrotask(() => {
      load().catch((error: unknown) => {
        // Asked again when somebody looks after the connection is back.
        if (wordsOfError(error).code !== 'not-connected') this.needs.notices.error(error)
      })
    })
  }

  #selectOne(): void {
    const { selection } = this.needs
    if (selection.run !== null && this.#entries.has(selection.run)) return
    selection.run = this.entries[0]?.id ?? null
  }
}
