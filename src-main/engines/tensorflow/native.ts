import type { Tensor } from '@tensorflow/tfjs-core'
import { sizeOf } from '../../../src-core/graph/tensor'
import { lowerings, type Lowerings } from './lowering'

/** An attribute of a TensorFlow op. */
interface Attribute {
  readonly name: string
  readonly type: number
  readonly value: number
}

/** What tfjs-node's backend has beyond any other: TensorFlow's ops by their names. */
export interface NativeBackend {
  readonly isUsingGpuDevice: boolean
  readonly binding: {
    readonly TF_ATTR_TYPE: number
    readonly TF_FLOAT: number
    readonly TF_INT32: number
    readonly TF_Version: string
  }
  executeSingleOutput(name: string, attributes: Attribute[], inputs: Tensor[]): Tensor
  executeMultipleOutputs(name: string, attributes: Attribute[], inputs: Tensor[], outputs: number): Tensor[]
}

export function isNative(backend: object): backend is NativeBackend {
  return 'executeSingleOutput' in backend && 'executeMultipleOutputs' in backend && 'binding' in backend
}

/** The table where TensorFlow has as one op what tfjs-core makes of several. */
export function nativeLowerings(backend: NativeBackend): Lowerings {
  const { TF_ATTR_TYPE: type, TF_FLOAT: float, TF_INT32: int32 } = backend.binding
  const T = { name: 'T', type, value: float }
  return {
    ...lowerings,
    // Repeats what is small while it reads it; tfjs-core repeats it in memory first.
    where: (application) => {
      const { inputs, output } = application
      if (output.dtype !== 'float32') return lowerings.where(application)
      return backend.executeSingleOutput('SelectV2', [T], [...inputs])
    },
    logSoftmax: ({ inputs }) => backend.executeSingleOutput('LogSoftmax', [T], [...inputs]),
    crossEntropy: ({ tf, inputs: [logits, target], output }) =>
      tf.tidy(() => {
        const rows = sizeOf(target.shape)
        const flat = [tf.reshape(logits, [rows, -1]), tf.reshape(target, [rows])]
        const attributes = [T, { name: 'Tlabels', type, value: int32 }]
        const name = 'SparseSoftmaxCrossEntropyWithLogits'
        const [loss] = backend.executeMultipleOutputs(name, attributes, flat, 2)
        return tf.reshape(loss, [...output.shape])
      }),
  }
}
