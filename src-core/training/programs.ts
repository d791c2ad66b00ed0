import type { Network } from '../architecture/network'
import type { TrainingPrograms } from './parts'
import type { Plan } from './plan'

/** The programs by which a network is trained as the plan says. */
export function trainingPrograms(network: Network, { batch, optimizer }: Plan): TrainingPrograms {
  const { clipNorm, clipValue, ...options } = optimizer
  return {
    training: network.training({
      rows: batch,
      optimizer: options,
      clipping: {
        ...(clipNorm === null ? {} : { norm: clipNorm }),
        ...(clipValue === null ? {} : { value: clipValue }),
      },
    }),
    evaluation: network.evaluation(batch),
    initialization: network.initialization(),
    weights: network.weights,
  }
}
