import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { OpenRequest } from '../../src-core/contract/sampling-process'
import { UnrollError } from '../../src-core/errors'
import { decodeSnapshot } from '../../src-core/training/snapshot'
import { openRunCorpus } from '../host/run-corpus'
import { readCheckpoint, readNewestCheckpoint } from '../store/checkpoint-files'
import { readRun, runPaths } from '../store/run-folder'
import type { FoundWeights } from './opened-network'

/**
 * What tells the weights that a request means from others, without reading them; null where they are new each time.
 * @throws UnrollError `no-checkpoint`
 */
export async function weightsKey({ run, weights }: OpenRequest): Promise<string | null> {
  if (weights.kind === 'snapshot') return null
  const { checkpoints } = runPaths(run)
  // Whenever a checkpoint is written or removed, their folder changes.
  const path = weights.step === null ? checkpoints : join(checkpoints, checkpointName(weights.step))
  const found = await stat(path).catch(() => null)
  if (!found) throw noCheckpoint(weights.step)
  return `${path} ${found.mtimeMs} ${found.size}`
}

/** @throws UnrollError of what is read, `no-checkpoint` */
export async function findWeights({ run, weights }: OpenRequest): Promise<FoundWeights> {
  const { architecture, corpus, encodedCorpus, engine } = await readRun(run)
  if (weights.kind === 'snapshot') {
    const { step, tensors } = decodeSnapshot(weights.bytes)
    const { vocabulary } = (await openRunCorpus(corpus, encodedCorpus)).document
    return { step, tensors, architecture, vocabulary, engine, corpus, encodedCorpus }
  }
  const { checkpoints } = runPaths(run)
  const checkpoint =
    weights.step === null
      ? (await readNewestCheckpoint(checkpoints))?.checkpoint
      : await readCheckpoint(join(checkpoints, checkpointName(weights.step)))
  if (!checkpoint) throw noCheckpoint(weights.step)
  return { ...checkpoint, step: checkpoint.progress.step, encodedCorpus }
}

function checkpointName(step: number): string {
  return `step-${String(step).padStart(8, '0')}.safetensors`
}

function noCheckpoint(step: number | null): UnrollError {
  return step === null
    ? new UnrollError('no-checkpoint', 'The run has learned nothing yet.', 'Train it first.')
    : new UnrollError(
        'no-checkpoint',
        `The run has no checkpoint of step ${step} any more.`,
        'Choose another one.',
      )
}
