import { Network } from '../../src-core/architecture/network'
import { parseArchitecture } from '../../src-core/architecture/parse'
import type { Engine } from '../../src-core/graph/engine'
import { flopsOf } from '../../src-core/graph/flops'
import { Random } from '../../src-core/random/random'
import { generate } from '../../src-core/sampling/generate'
import { Sampler } from '../../src-core/sampling/sampler'
import { defaultSamplerOptions } from '../../src-core/sampling/sampler-options'
import { stepperOf, type Stepper } from '../../src-core/sampling/stepper'
import { openProbed } from '../engines/probe'
import { engineProvider } from '../engines/registry'
import { drawWeights, medianOf, type BenchmarkRequest } from './benchmark'
import { benchmarkArchitecture } from './benchmark-networks'
import { openUntimed, steppingThreads } from './open-untimed'

/** How fast text is written, token by token. */
export interface SamplingRate {
  readonly tokens_per_second: number
  /** Of the weights that are multiplied for one token; each is read once. */
  readonly bytes_per_token: number
  /** GB/s of weights. */
  readonly read: number
  /** GB/s at which the engine reads as much again and again, and at which it reads memory; null where it cannot tell. */
  readonly bandwidth: { readonly weights: number; readonly memory: number } | null
}

/** Tokens of a piece; the median of the pieces counts. */
const PIECE = 50
/** Too many bytes for any cache. */
const MEMORY = 2 ** 29

/** An engine as `unroll sample` opens it where no threads are asked for. */
export async function openSampling({
  engine,
  device,
  threads = steppingThreads(engine),
}: Omit<BenchmarkRequest, 'config'>): Promise<Engine> {
  if (engine === 'auto') return openUntimed({ name: engine, threads: null }, 'stepping')
  return openProbed(await engineProvider(engine), threads, device)
}

/** Writes for so many seconds with a configuration whose weights are as they are drawn. */
export async function samplingRate(engine: Engine, config: string, seconds: number): Promise<SamplingRate> {
  const { document, vocabulary } = benchmarkArchitecture(config)
  const network = new Network(parseArchitecture(document), vocabulary)
  const program = network.step(1)
  const compiled = await engine.compile(program)
  await drawWeights(engine, network.initialization())
  const stepper = stepperOf(compiled, network)
  await piece(stepper)
  const rates: number[] = []
  const end = performance.now() + 1000 * seconds
  while (performance.now() < end || rates.length < 3) rates.push(await piece(stepper))
  await compiled.dispose()
  const rate = medianOf(rates)
  // A product of one row multiplies and adds once for each weight of four bytes.
  const bytes = 2 * flopsOf(program)
  return {
    tokens_per_second: Math.round(rate),
    bytes_per_token: bytes,
    read: (bytes * rate) / 1e9,
    bandwidth: engine.bandwidth
      ? { weights: await engine.bandwidth(bytes), memory: await engine.bandwidth(MEMORY) }
      : null,
  }
}

/** Tokens a second. */
async function piece(stepper: Stepper): Promise<number> {
  const sampler = new Sampler(defaultSamplerOptions, stepper.vocabularySize, Random.from(1, 'sample'))
  const start = performance.now()
  const text = generate(stepper, { prime: [1], length: PIECE, sampler })
  while (!(await text.next()).done);
  return (1000 * PIECE) / (performance.now() - start)
}
