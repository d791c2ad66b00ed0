import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { version } from '../../../package.json'
import { decodeCheckpoint, encodeCheckpoint, type Checkpoint } from '../../../src-core/training/checkpoint'
import { checkpointName, listCheckpoints } from '../../store/checkpoint-files'
import { sha256OfFile } from '../../store/corpora-files'
import { replaceFile } from '../../store/replace-file'
import { createRun, runPaths } from '../../store/run-folder'

/** Whether a run has this very checkpoint. */
export async function hasCheckpoint(folder: string, bytes: Uint8Array): Promise<boolean> {
  const candidates = (await listCheckpoints(runPaths(folder).checkpoints)).filter(
    (each) => each.bytes === bytes.length,
  )
  if (candidates.length === 0) return false
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  for (const { path } of candidates) {
    if ((await sha256OfFile(path).catch(() => null)) === sha256) return true
  }
  return false
}

/**
 * A run that begins with a checkpoint from elsewhere; its corpus is read again from the files that it names.
 * @param folder the folder to make
 * @throws UnrollError of `decodeCheckpoint` and `createRun`
 */
export async function importCheckpoint(folder: string, bytes: Uint8Array): Promise<Checkpoint> {
  const checkpoint = decodeCheckpoint(bytes)
  const { standing, architecture, plan, corpus, engine } = checkpoint
  await createRun(folder, {
    architecture,
    plan,
    corpus,
    encodedCorpus: '',
    engine,
    versions: { unroll: version, node: process.version },
    status: { state: 'stopped', step: standing.step },
  })
  // The lines that were written before are elsewhere.
  const alone = encodeCheckpoint({ ...checkpoint, written: { metrics: 0, samples: 0 } })
  await replaceFile(join(runPaths(folder).checkpoints, checkpointName(standing.step)), alone)
  return checkpoint
}
