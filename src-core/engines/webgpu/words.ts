import type { DType, Tensor, TensorData } from '../../graph/tensor'

/** A tensor as the device holds it: 32 bits an element, bool as 0 and 1. */
export function toWords({ dtype, data }: Tensor): ArrayBuffer {
  return dtype === 'float32' ? Float32Array.from(data).buffer : Int32Array.from(data).buffer
}

export function fromWords(words: ArrayBuffer, dtype: DType): TensorData {
  if (dtype === 'float32') return new Float32Array(words)
  return dtype === 'int32' ? new Int32Array(words) : Uint8Array.from(new Int32Array(words))
}
