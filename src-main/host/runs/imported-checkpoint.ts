import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { version } from '../../../package.json'
import { decodeCheckpoint, encodeCheckpoint, type Checkpoint } from '../../../src-core/training/checkpoint'
import { checkpointName, listCheckpoints } from '../../store/checkpoint-files'
import { sha256OfFile } from '../../store/corpora-files'
import { replaceFile } from '../../store/replace-file'
import { createRun, runPaths } from '../../store/run-folder'

/** What the file of a checkpoint may be in a run: as it is, or as an import of it left it. */
export function formsOf(bytes: Uint8Array): Uint8Array[] {
  return [bytes, alone(decodeCheckpoint(bytes))]
}

/** Whether a run has this very checkpoint. @param forms of its file */
export async function hasCheckpoint(folder: string, forms: readonly Uint8Array[]): Promise<boolean> {
  const checkpoints = await listCheckpoints(runPaths(folder).checkpoints)
  const candidates = checkpoints.filter(({ bytes }) => forms.some(({ length }) => length === bytes))
  if (candidates.length === 0) return false
  const known = forms.map((bytes) => createHash('sha256').update(bytes).digest('hex'))
  for (const { path } of candidates) {
    const sha256 = await sha256OfFile(path).catch(() => null)
    if (sha256 !== null && known.includes(sha256)) return true
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
  await replaceFile(join(runPaths(folder).checkpoints, checkpointName(standing.step)), alone(checkpoint))
  return checkpoint
}

/** As an import keeps it: the lines that were written before are elsewhere. */
function alone(checkpoint: Checkpoint): Uint8Array {
  return encodeCheckpoint({ ...checkpoint, written: { metrics: 0, samples: 0 } })
}
