import type { RunEntry } from '../../../src-core/contract/runs'

/** Whether a run has weights that can be asked: those of a checkpoint, or of its training as it stands. */
export function hasLearned(entry: RunEntry | undefined): boolean {
  if (!entry) return false
  const { state } = entry.state
  return entry.checkpoint !== null || ((state === 'running' || state === 'paused') && entry.step > 0)
}
