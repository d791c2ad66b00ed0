import { UnrollError } from '../errors'
import { decodeSafetensors, encodeSafetensors } from '../formats/safetensors'
import type { Tensor } from '../graph/tensor'

const FORMAT = 'unroll/snapshot'

/** What a network has learned at one step of its training: enough to write text with, not to go on training. */
export interface Snapshot {
  readonly step: number
  /** Parameters and statistics by the engine's names of them. */
  readonly tensors: ReadonlyMap<string, Tensor>
}

export function encodeSnapshot({ step, tensors }: Snapshot): Uint8Array<ArrayBuffer> {
  return encodeSafetensors(tensors, { format: FORMAT, step: String(step) })
}

/** @throws UnrollError `not-a-snapshot`, and those of `decodeSafetensors` */
export function decodeSnapshot(bytes: Uint8Array): Snapshot {
  const { metadata, tensors } = decodeSafetensors(bytes)
  const step = Number(metadata.step)
  if (metadata.format === FORMAT && Number.isInteger(step) && step >= 0) return { step, tensors }
  throw new UnrollError(
    'not-a-snapshot',
    'The tensors are not a snapshot of a training.',
    'Take one from a run that is training, or use a checkpoint.',
  )
}
