import { UnrollError } from '../errors'

/** [V] scores of the next token, before the softmax. */
export type Logits = Float32Array | Float64Array

/** A token and how probable it is. */
export interface Likely {
  readonly token: number
  readonly probability: number
}

/**
 * The softmax of a network's logits.
 * @param probabilities [V] receives them; index 0 (padding) included, as in the loss.
 * @throws UnrollError `not-finite` where the network has lost its numbers.
 */
export function softmax(logits: Logits, probabilities: Float64Array): void {
  let largest = -Infinity
  for (let token = 0; token < logits.length; token++) if (logits[token] > largest) largest = logits[token]
  let sum = 0
  for (let token = 0; token < logits.length; token++) {
    sum += probabilities[token] = Math.exp(logits[token] - largest)
  }
  if (!(sum > 0 && sum < Infinity)) {
    throw new UnrollError(
      'not-finite',
      'The network answers with values that are not numbers.',
      'Its weights have exploded: use an earlier checkpoint, or train again with a smaller learning rate.',
    )
  }
  for (let token = 0; token < logits.length; token++) probabilities[token] /= sum
}

/** −log p of a token, in nats; finite where the softmax underflows. */
export function surprise(logits: Logits, token: number): number {
  let largest = -Infinity
  for (let other = 0; other < logits.length; other++) if (logits[other] > largest) largest = logits[other]
  let sum = 0
  for (let other = 0; other < logits.length; other++) sum += Math.exp(logits[other] - largest)
  return Math.log(sum) - (logits[token] - largest)
}

/** The `count` likeliest tokens, likeliest first, the lower index first where two are equal; none of probability 0. */
export function likeliest(probabilities: Float64Array, count: number): Likely[] {
  const best: Likely[] = []
  let threshold = 0
  for (let token = 0; token < probabilities.length; token++) {
    const probability = probabilities[token]
    if (probability <= threshold) continue
    let place = best.length
    while (place > 0 && best[place - 1].probability < probability) place--
    best.splice(place, 0, { token, probability })
    if (best.length > count) best.pop()
    if (best.length === count) threshold = best[count - 1].probability
  }
  return best
}
