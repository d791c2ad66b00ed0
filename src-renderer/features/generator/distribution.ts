import { Random } from '../../../src-core/random/random'
import { softmax } from '../../../src-core/sampling/distribution'
import { Sampler } from '../../../src-core/sampling/sampler'
import type { SamplingOptions } from '../../../src-core/contract/sampling'

export interface Bar {
  readonly token: number
  /** Of the network itself. */
  readonly before: number
  /** What is drawn from: after temperature and cuts. */
  readonly after: number
}

/**
 * What temperature and cuts make of the likeliest tokens, drawn beside the sliders. The penalty for repetition
 * depends on the text and is left out.
 * @param logits [V]
 */
export function distributionBars(logits: Float32Array, options: SamplingOptions): Bar[] {
  const sampler = new Sampler({ ...options, repetitionPenalty: 1 }, logits.length, Random.from(0, 'shown'))
  const { beforeCuts, afterCuts } = sampler.choose(logits)
  const probabilities = new Float64Array(logits.length)
  softmax(logits, probabilities)
  const after = new Map(afterCuts.map(({ token, probability }) => [token, probability]))
  return beforeCuts
    .filter(({ token }) => token !== 0)
    .map(({ token }) => ({ token, before: probabilities[token], after: after.get(token) ?? 0 }))
}
