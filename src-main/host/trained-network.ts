import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Network } from '../../src-core/architecture/network'
import { parseArchitecture } from '../../src-core/architecture/parse'
import type { BatchSource } from '../../src-core/corpus/batch-source'
import { Vocabulary } from '../../src-core/corpus/vocabulary'
import { UnrollError } from '../../src-core/errors'
import type { Engine } from '../../src-core/graph/engine'
import { stepperOf, type Stepper } from '../../src-core/sampling/stepper'
import type { Checkpoint } from '../../src-core/training/checkpoint'
import { evaluate, type Evaluation } from '../../src-core/training/evaluation'
import { writeLearned } from '../../src-core/training/states'
import { engineProvider } from '../engines/registry'
import { readCheckpoint, readNewestCheckpoint, type SkippedCheckpoint } from '../store/checkpoint-files'
import { readRun, runPaths } from '../store/run-folder'

export interface LocatedCheckpoint {
  readonly path: string
  readonly checkpoint: Checkpoint
  /** The run that it belongs to; null for a file that stands alone. */
  readonly run: string | null
  /** Newer ones of the run that are damaged. */
  readonly skipped: readonly SkippedCheckpoint[]
}

/**
 * The checkpoint in a file, or the newest good one of a run.
 * @throws UnrollError of `readRun`, `readNewestCheckpoint` and `readCheckpoint`, `no-checkpoint`
 */
export async function locateCheckpoint(runOrFile: string): Promise<LocatedCheckpoint> {
  const found = await stat(runOrFile).catch(() => null)
  if (found && !found.isDirectory()) {
    const checkpoint = await readCheckpoint(runOrFile)
    const above = dirname(dirname(runOrFile))
    const run = await readRun(above).then(
      () => above,
      () => null,
    )
    return { path: runOrFile, checkpoint, run, skipped: [] }
  }
  await readRun(runOrFile)
  const newest = await readNewestCheckpoint(runPaths(runOrFile).checkpoints)
  if (newest) return { ...newest, run: runOrFile }
  throw new UnrollError(
    'no-checkpoint',
    `The run in ${runOrFile} has no checkpoint yet.`,
    `Train it first: unroll resume ${runOrFile}`,
  )
}

/** A network as a checkpoint has it, on an engine. */
export class TrainedNetwork {
  private constructor(
    readonly checkpoint: Checkpoint,
    readonly network: Network,
    readonly vocabulary: Vocabulary,
    readonly engine: Engine,
  ) {}

  /**
   * On the engine that trained it, or the best one here where that one cannot run.
   * @param use for stepping through a text one thread is the fastest: products of one row are too small to share
   *   (measured on two busy cores: two threads write less than half as much text).
   * @throws UnrollError of the architecture's checks and of the engine
   */
  static async open(checkpoint: Checkpoint, use: 'stepping' | 'batches'): Promise<TrainedNetwork> {
    const vocabulary = new Vocabulary(checkpoint.vocabulary)
    const network = new Network(parseArchitecture(checkpoint.architecture), vocabulary.size)
    const provider = await engineProvider(checkpoint.engine.name).catch(() => engineProvider('auto'))
    const threads = use === 'stepping' ? 1 : checkpoint.engine.threads
    const engine = await provider.create({ threads })
    return new TrainedNetwork(checkpoint, network, vocabulary, engine)
  }

  /** @throws UnrollError `checkpoint-mismatch` */
  async stepper(): Promise<Stepper> {
    const { network, engine } = this
    const program = network.step(1)
    const compiled = await engine.compile(program)
    await writeLearned(engine, program, this.checkpoint.tensors)
    return stepperOf(compiled, network)
  }

  /**
   * The mean losses over every window of a source.
   * @param interrupted asked between batches; where it says true there is no result.
   * @throws UnrollError `checkpoint-mismatch`
   */
  async evaluate(source: BatchSource, interrupted: () => boolean): Promise<Evaluation | null> {
    const { network, engine } = this
    const program = network.evaluation(source.rows)
    const compiled = await engine.compile(program)
    await writeLearned(engine, program, this.checkpoint.tensors)
    const { weights, stateful } = network
    return evaluate(compiled, source, { weights, stateful, interrupted })
  }

  dispose(): Promise<void> {
    return this.engine.dispose()
  }
}
