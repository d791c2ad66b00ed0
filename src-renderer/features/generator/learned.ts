import type { RunEntry } from '../../../src-core/contract/runs'

/** Whether a run has weights that can be asked: those of a checkpoint, or of its training as it stands. */
export function hasLearned(entry: RunEntry | undefined): boolean {
  if (!entry) return false
  const { state } = entry.state
  return entry.checkpoint !== null || ((state === 'running' || state === 'paused') && entry.step > 0)
}

/** Changes where its weights are worth asking again: not at every step of a run that goes on. */
export function askedStep(entry: RunEntry | undefined): number | null {
  if (!entry) return null
  return entry.state.state === 'running' ? (entry.checkpoint?.step ?? 0) : entry.step
}
