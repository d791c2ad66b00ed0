import type { BatchSource } from '../corpus/batch-source'
import type { Compiled } from '../graph/engine'
import type { Tensor } from '../graph/tensor'

/** Mean losses in nats over all windows of a source. */
export interface Evaluation {
  /** The sum over the outputs, each by its weight: comparable with the loss of training. */
  readonly loss: number
  readonly outputs: readonly number[]
  readonly examples: number
}

/**
 * Runs a network over every window of a source, with nothing dropped and nothing changed.
 * @param evaluation the compiled evaluation program: inputs `tokens`, and `fresh` where state is carried; output
 *   `losses` [K, B].
 * @param weights of each output in the total.
 * @param interrupted asked between batches; where it says true there is no result.
 */
export async function evaluate(
  evaluation: Compiled,
  source: BatchSource,
  { weights, stateful, interrupted }: EvaluationOptions,
): Promise<Evaluation | null> {
  const { rows, tokensNeeded, batches } = source
  const tokens = new Int32Array(tokensNeeded * rows)
  const fresh = new Uint8Array(rows)
  const inputs: Record<string, Tensor> = {
    tokens: { dtype: 'int32', shape: [tokensNeeded, rows], data: tokens },
    ...(stateful ? { fresh: { dtype: 'bool', shape: [rows], data: fresh } } : {}),
  }
  const sums = new Float64Array(weights.length)
  let examples = 0
  for (let batch = 0; batch < batches; batch++) {
    if (await interrupted?.()) return null
    const filled = source.fillTokens(tokens, 0, batch)
    if (stateful) source.fillFresh(fresh, 0, batch)
    const { losses } = await evaluation.run(inputs)
    for (let output = 0; output < sums.length; output++) {
      for (let row = 0; row < filled; row++) sums[output] += losses.data[output * rows + row]
    }
    examples += filled
  }
  const outputs = Array.from(sums, (sum) => sum / examples)
  return { loss: outputs.reduce((sum, mean, output) => sum + weights[output] * mean, 0), outputs, examples }
}

export interface EvaluationOptions {
  readonly weights: readonly number[]
  /** Whether the program has an input `fresh`. */
  readonly stateful: boolean
  readonly interrupted?: () => boolean | Promise<boolean>
}
