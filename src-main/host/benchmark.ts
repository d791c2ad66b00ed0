import { Network } from '../../src-core/architecture/network'
import { parseArchitecture } from '../../src-core/architecture/parse'
import type { ArchitectureInput } from '../../src-core/architecture/schema'
import type { Compiled, Engine } from '../../src-core/graph/engine'
import { float32, int32, type Tensor } from '../../src-core/graph/tensor'
import { Random } from '../../src-core/random/random'
import type { TrainingPrograms } from '../../src-core/training/parts'
import { makePlan } from '../../src-core/training/plan'
import { trainingPrograms } from '../../src-core/training/programs'
import { RandomInputs } from '../../src-core/training/random-inputs'
import { openEngine } from '../engines/choose'

interface Configuration {
  readonly cell: 'plain' | 'gru' | 'lstm'
  readonly layers: number
  /** B, T, E, H, V */
  readonly sizes: readonly [number, number, number, number, number]
}

/** The networks that are timed: an embedding, recurrent layers, an output at every step; Adam, float32. */
const configurations: Readonly<Record<string, Configuration>> = {
  rnn256x8: { cell: 'plain', layers: 1, sizes: [64, 8, 42, 256, 86] },
  gru256x8: { cell: 'gru', layers: 1, sizes: [64, 8, 42, 256, 86] },
  lstm256x8: { cell: 'lstm', layers: 1, sizes: [64, 8, 42, 256, 86] },
  lstm512x40: { cell: 'lstm', layers: 1, sizes: [64, 40, 42, 512, 86] },
  lstm2x512x40: { cell: 'lstm', layers: 2, sizes: [64, 40, 24, 512, 60] },
}

export const configurationNames = Object.keys(configurations)

export interface BenchmarkRequest {
  /** One of `configurationNames`. */
  readonly config: string
  /** An engine's name, or `auto`. */
  readonly engine: string
  readonly threads?: number
  /** How long to measure, after some steps that are not. */
  readonly seconds: number
}

export interface BenchmarkResult {
  readonly engine: string
  readonly config: string
  /** The median. */
  readonly ms_per_step: number
  readonly tokens_per_second: number
  readonly threads: number
  /** Why it was taken, where that was left to `auto`. */
  readonly reason?: string
}

/** Steps that are not measured, and the fewest that are. */
const WARMUP = 3
const FEWEST = 5

/**
 * Times training steps: forward, backward and optimiser on one batch, each to its end.
 * @throws UnrollError of `openEngine`
 */
export async function benchmark(request: BenchmarkRequest): Promise<BenchmarkResult> {
  const { config, threads = null, seconds } = request
  const [batch, steps, , , vocabulary] = configurations[config].sizes
  const programs = programsOf(config)
  const { engine, reason } = await openEngine({
    name: request.engine,
    threads,
    program: programs.training,
    vocabulary,
  })
  try {
    const training = await compileTraining(engine, programs)
    const random = Random.from(1, 'benchmark')
    const tokens = Int32Array.from({ length: (steps + 1) * batch }, () => 1 + random.below(vocabulary - 1))
    const inputs = { tokens: int32([steps + 1, batch], tokens), learningRate: float32([], [0.001]) }
    const ms = await medianStep(training, inputs, seconds)
    return {
      engine: engine.name,
      config,
      ms_per_step: Number(ms.toPrecision(4)),
      tokens_per_second: Math.round((1000 * batch * steps) / ms),
      threads: engine.threads,
      ...(reason === null ? {} : { reason }),
    }
  } finally {
    await engine.dispose()
  }
}

/** What a configuration trains: its document, the rows of a batch and the size of the vocabulary. */
export function benchmarkArchitecture(config: string) {
  const configuration = configurations[config]
  const [batch, , , , vocabulary] = configuration.sizes
  return { document: architectureOf(configuration), batch, vocabulary }
}

function programsOf(config: string): TrainingPrograms {
  const { document, batch, vocabulary } = benchmarkArchitecture(config)
  const network = new Network(parseArchitecture(document), vocabulary)
  return trainingPrograms(network, makePlan({ batch }))
}

async function compileTraining(engine: Engine, programs: TrainingPrograms): Promise<Compiled> {
  const training = await engine.compile(programs.training)
  const numbers = new RandomInputs(programs.initialization, 1, 'initialization')
  numbers.draw(0)
  const initialization = await engine.compile(programs.initialization)
  await initialization.run(numbers.tensors)
  await initialization.dispose()
  return training
}

async function medianStep(
  training: Compiled,
  inputs: Readonly<Record<string, Tensor>>,
  seconds: number,
): Promise<number> {
  for (let step = 0; step < WARMUP; step++) await training.run(inputs)
  const times: number[] = []
  const end = performance.now() + 1000 * seconds
  while (performance.now() < end || times.length < FEWEST) {
    const start = performance.now()
    await training.run(inputs)
    times.push(performance.now() - start)
  }
  times.sort((a, b) => a - b)
  return times[times.length >> 1]
}

function architectureOf({ cell, layers, sizes }: Configuration): ArchitectureInput {
  const [, steps, embedding, hidden] = sizes
  const circles = Array.from({ length: layers }, (_, layer) => `h${layer + 1}`)
  const settings = {
    plain: { cell, activation: 'relu' },
    gru: { cell, reset: 'after' },
    lstm: { cell },
  } as const
  const colors = ['e', 'o', ...circles.flatMap((circle) => [`${circle}-in`, `${circle}-on`])]
  return {
    format: 'unroll/architecture',
    version: 1,
    name: 'benchmark',
    colors: colors.map((id, place) => ({
      id,
      letter: 'abcdef'[place],
      bias: id.endsWith('-on') ? 'none' : 'zeros',
    })),
    shapes: [
      {
        id: 'c',
        kind: 'rectangle',
        source: { kind: 'character', at: 't', encoding: { kind: 'embedding', size: embedding, color: 'e' } },
        box: 'loop',
      },
      ...circles.map((id) => ({ id, kind: 'circle' as const, size: hidden, ...settings[cell], box: 'loop' })),
      { id: 'o', kind: 'triangle', predicts: { character: 't+1' }, box: 'loop' },
    ],
    arrows: [
      ...circles.flatMap((id, layer) => [
        { id: `${id}-in`, from: layer === 0 ? 'c' : circles[layer - 1], to: id, color: `${id}-in` },
        { id: `${id}-on`, from: id, to: id, color: `${id}-on` },
      ]),
      { id: 'out', from: circles[layers - 1], to: 'o', color: 'o' },
    ],
    boxes: [{ id: 'loop', from: 1, to: steps }],
  }
}
