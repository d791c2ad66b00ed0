import { reasonOf, UnrollError } from '../../src-core/errors'
import type { Engine, EngineProvider, Precision } from '../../src-core/graph/engine'
import type { Program } from '../../src-core/graph/program'
import { cacheFolder } from '../store/cache-folder'
import { keepTimings, readTimings, timingsPath, type Timing } from './kept-timings'
import { openProbed } from './probe'
import { engineProvider, engineProviders, wayOutOf, whyNot } from './registry'
import { stepTime } from './step-time'
import { forgetTrials, tryEngine } from './trial'
import { openTuned, type TunedEngine, type Variant } from './tuned'

export interface EngineRequest {
  /** An engine's name, or `auto`: the one that is fastest for this program on this machine. */
  readonly name: string
  /** Threads of the CPU; the engine's own choice where null. */
  readonly threads: number | null
  /** One of the devices of an engine asked for by name; the fastest where it is left out. */
  readonly device?: string
  /** Of the factors of products; float32 where it is left out. */
  readonly precision?: Precision
  /** A step of the training. */
  readonly program: Program
  /** V */
  readonly vocabulary: number
  /** By which of an engine's ways a run began, and on what; it keeps it on the same device. */
  readonly variant?: Variant
  /** Called as the timing of each engine begins; `of` are all that will be timed. */
  readonly onTiming?: (engine: string, of: readonly string[]) => void
  /** Called before each call that an engine may never answer, with its name; with null when none is tried any more. */
  readonly onTrying?: (engine: string | null) => void
  /** Ends the timing between two rounds. */
  readonly signal?: AbortSignal
}

export interface OpenedEngine {
  readonly engine: Engine
  /** Why `auto` took it, for people: "ort: 2.1 ms a step; tensorflow 4.9 ms". Null where it was asked for by name. */
  readonly reason: string | null
  /** By which of its ways it runs the program; null where it has but one. */
  readonly variant: string | null
}

interface Failure {
  readonly name: string
  readonly error: unknown
}

/** What a choice is made with. */
interface Surroundings {
  readonly providers: readonly EngineProvider[]
  /** The names that `auto` is to choose among, as the environment variable UNROLL_ENGINES lists them; null for all. */
  readonly among: readonly string[] | null
  /** The folder of what can be made again. */
  readonly cache: string
  /** Milliseconds. */
  readonly now: () => number
}

/**
 * The engine to train with, after it has shown that it runs. `auto` times a few steps of the program on every engine
 * that is there, each alone, and keeps what it found for this machine and program.
 * @throws UnrollError `unknown-engine`, `engine-unavailable` with the reasons, `cancelled` by the signal
 */
export async function openEngine(
  request: EngineRequest,
  surroundings: Surroundings = realSurroundings(),
): Promise<OpenedEngine> {
  try {
    return request.name === 'auto'
      ? await openBest(request, surroundings)
      : await openNamed(request, surroundings)
  } finally {
    request.onTrying?.(null)
  }
}

async function openNamed(request: EngineRequest, { cache }: Surroundings): Promise<OpenedEngine> {
  const { name, device, precision } = request
  const opened = await open(await engineProvider(name, precision), request, cache, device)
  await forgetTrials(cache, name)
  return { ...opened, reason: null }
}

async function openBest(request: EngineRequest, surroundings: Surroundings): Promise<OpenedEngine> {
  const { precision = 'float32' } = request
  const { there, missing } = await look(surroundings, precision)
  if (there.length > 1) return openFastest(there, request, surroundings)
  if (there.length === 0 && precision === 'bfloat16') {
    const reasons = ['No engine here multiplies in bfloat16', ...missing].join('; ')
    throw new UnrollError('engine-unavailable', `${reasons}.`, wayOutOf(precision))
  }
  if (there.length === 0) throw unavailable('There is no engine here', missing)
  const [only] = there
  const opened = await open(only, request, surroundings.cache)
  const alone =
    precision === 'bfloat16' ? 'the only engine here that multiplies in bfloat16' : 'the only engine here'
  return { ...opened, reason: [`${only.name}: ${alone}`, ...missing].join('; ') }
}

function open(
  provider: EngineProvider,
  request: EngineRequest,
  cache: string,
  device?: string,
): Promise<TunedEngine> {
  const onRound = () => goesOn(provider, request)
  const onTuning = () => request.onTiming?.(provider.name, [provider.name])
  return openTuned(provider, { ...request, device, cache, onRound, onTuning })
}

/** @throws UnrollError `cancelled` */
function goesOn({ name }: EngineProvider, { signal, onTrying }: EngineRequest) {
  checkCancelled(signal)
  onTrying?.(name)
}

function checkCancelled(signal: AbortSignal | undefined) {
  if (signal?.aborted)
    throw new UnrollError('cancelled', 'The timing of the engines was cancelled.', 'Start it again.')
}

/**
 * The engines that may run here, and of the others why not; `reference` only for want of any other. Of engines that
 * multiply in bfloat16 nowhere nothing is said where that is asked for.
 */
async function look({ providers, among }: Surroundings, precision: Precision) {
  const found: EngineProvider[] = []
  const missing: string[] = []
  for (const provider of providers) {
    const { name } = provider
    if (precision === 'bfloat16' && !provider.withoutBfloat16) continue
    const leftOut = name !== 'reference' && among !== null && !among.includes(name)
    const reason = leftOut ? 'left out by UNROLL_ENGINES' : await whyNot(provider, precision)
    if (reason === null) found.push(provider)
    else missing.push(`not ${name}: ${withoutStop(reason)}`)
  }
  const fast = found.filter(({ name }) => name !== 'reference')
  return { there: fast.length > 0 ? fast : found, missing }
}

function realSurroundings(): Surroundings {
  const among = process.env.UNROLL_ENGINES
  return {
    providers: engineProviders,
    among: among ? among.split(',') : null,
    cache: cacheFolder(),
    now: () => performance.now(),
  }
}

async function openFastest(
  there: readonly EngineProvider[],
  request: EngineRequest,
  { cache, now }: Surroundings,
): Promise<OpenedEngine> {
  const { program, threads, precision, vocabulary, signal } = request
  const names = there.map(({ name }) => name)
  const path = timingsPath(cache, program, precision === 'bfloat16' ? [...names, precision] : names, threads)
  const kept = await openKept(path, there, request, cache)
  if (kept) return kept
  const timings: Timing[] = []
  const failures: Failure[] = []
  for (const provider of there) {
    checkCancelled(signal)
    request.onTiming?.(provider.name, names)
    const clock = { now, onRound: () => goesOn(provider, request) }
    const measure = async (): Promise<Timing> => {
      const { engine } = await open(provider, { ...request, onTiming: undefined }, cache)
      // As it is called when it is opened again; some say more of it once they have compiled.
      const { device } = engine
      try {
        const milliseconds = await stepTime(engine, program, vocabulary, clock)
        return { engine: provider.name, device, milliseconds }
      } finally {
        await engine.dispose()
      }
    }
    try {
      timings.push(await tryEngine(cache, provider.name, measure))
    } catch (error) {
      checkCancelled(signal)
      failures.push({ name: provider.name, error })
    }
  }
  if (timings.length === 0)
    throw unavailable('None of the engines here can run this network', failures.map(failureText))
  timings.sort((a, b) => a.milliseconds - b.milliseconds)
  await keepTimings(path, { timings, failed: failures.map(({ name }) => name) })
  // Anew: nothing that was timed is left in it.
  const opened = await open(providerOf(there, timings[0].engine), request, cache)
  return { ...opened, reason: reasonFor(timings, failures) }
}

/**
 * The engine that was found the fastest before. Null where none was, where it cannot run any more or would on another
 * device, and where one that failed then runs now.
 */
async function openKept(
  path: string,
  there: readonly EngineProvider[],
  request: EngineRequest,
  cache: string,
): Promise<OpenedEngine | null> {
  const kept = await readTimings(path)
  if (!kept) return null
  const { timings, failed } = kept
  const failures: Failure[] = []
  for (const name of failed) {
    try {
      const engine = await tryEngine(cache, name, () => {
        request.onTrying?.(name)
        return openProbed(providerOf(there, name), request.threads, undefined, request.precision)
      })
      await engine.dispose()
      return null
    } catch (error) {
      failures.push({ name, error })
    }
  }
  const [{ engine: name, device }] = timings
  const opening = tryEngine(cache, name, () => open(providerOf(there, name), request, cache))
  const opened = await opening.catch(() => null)
  if (opened?.engine.device === device) return { ...opened, reason: reasonFor(timings, failures) }
  await opened?.engine.dispose()
  return null
}

function unavailable(what: string, reasons: readonly string[]): UnrollError {
  return new UnrollError(
    'engine-unavailable',
    `${what}: ${reasons.join('; ')}.`,
    'Take the slow engine that is always there: --engine reference.',
  )
}

function providerOf(there: readonly EngineProvider[], name: string): EngineProvider {
  const provider = there.find((each) => each.name === name)
  if (!provider) throw new Error(`no engine ${name} was there`)
  return provider
}

function reasonFor([taken, ...others]: readonly Timing[], failures: readonly Failure[]): string {
  const slower = others.map(({ engine, milliseconds }) => `${engine} ${rounded(milliseconds)} ms`)
  const parts = [
    `${taken.engine}: ${rounded(taken.milliseconds)} ms a step`,
    slower.join(', '),
    ...failures.map(failureText),
  ]
  return parts.filter((part) => part !== '').join('; ')
}

/** In one sentence why an engine is passed over and what would help. */
function failureText({ name, error }: Failure): string {
  const why = withoutStop(reasonOf(error).split('\n')[0])
  return `not ${name}: ${error instanceof UnrollError ? `${why} (${withoutStop(error.wayOut)})` : why}`
}

function withoutStop(sentence: string): string {
  return sentence.trim().replace(/\.$/, '')
}

function rounded(milliseconds: number): string {
  return milliseconds >= 100 ? String(Math.round(milliseconds)) : String(Number(milliseconds.toPrecision(2)))
}
