import { locateCheckpoint, TrainedNetwork, type LocatedCheckpoint } from '../host/trained-network'
import { note } from './output'

/** A checkpoint as the command line names it; damaged newer ones are told of. */
export async function findCheckpoint(runOrFile: string): Promise<LocatedCheckpoint> {
  const located = await locateCheckpoint(runOrFile)
  for (const { path, error } of located.skipped) {
    note(`Skipped ${path}: ${error.message} Using ${located.path}.`)
  }
  return located
}

/** Opens a network, has something done with it, and closes it. */
export async function withTrained(
  { checkpoint }: LocatedCheckpoint,
  use: 'stepping' | 'batches',
  work: (trained: TrainedNetwork) => Promise<void>,
): Promise<void> {
  const trained = await TrainedNetwork.open(checkpoint, use)
  try {
    await work(trained)
  } finally {
    await trained.dispose()
  }
}
