import { readFile } from 'node:fs/promises'
import type { HostCalls } from '../../../src-core/contract/host'
import { UnrollError } from '../../../src-core/errors'
import { listCheckpoints, readCheckpoint } from '../../store/checkpoint-files'
import { runPaths } from '../../store/run-folder'
import { safeName } from '../../store/safe-name'
import { encodeExport } from '../export-checkpoint'
import type { ProjectRun } from './project-run'

type ExportArguments = Parameters<HostCalls['runs']['export']>

/**
 * A checkpoint as the bytes of a file, and a name for it.
 * @param step of the checkpoint; null: the newest
 * @throws UnrollError `no-checkpoint`, and those of `readCheckpoint`
 */
export async function exportRun(
  { folder, name }: ProjectRun,
  step: ExportArguments[1],
  format: ExportArguments[2],
): Promise<{ name: string; bytes: Uint8Array<ArrayBuffer> }> {
  const found = await listCheckpoints(runPaths(folder).checkpoints)
  const checkpoint = found.find((each) => step === null || each.step === step)
  if (!checkpoint) throw noCheckpoint(name, step)
  const extension = format === 'checkpoint' ? 'safetensors' : format
  return {
    name: `${safeName(name, 'run')}-step-${checkpoint.step}.${extension}`,
    bytes:
      format === 'checkpoint'
        ? new Uint8Array(await readFile(checkpoint.path))
        : new Uint8Array(encodeExport(await readCheckpoint(checkpoint.path), format)),
  }
}

function noCheckpoint(name: string, step: number | null): UnrollError {
  return new UnrollError(
    'no-checkpoint',
    step === null ? `The run ${name} has no checkpoint yet.` : `The run ${name} has none of step ${step}.`,
    'Choose one of its checkpoints; the first is written when training begins.',
  )
}
