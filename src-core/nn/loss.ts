import { crossEntropy, logSoftmax, multiply, negate, oneHot, sum } from '../graph/ops'
import type { Variable } from '../graph/variable'

/** -log softmax(logits [..., V])[target [...]] in nats, by index: [...]. */
export const sparseCrossEntropy = crossEntropy

/** The same by a one-hot target: -Σ onehot · log softmax(logits), in nats: [...]. */
export function oneHotCrossEntropy(logits: Variable, target: Variable): Variable {
  const classes = logits.shape.length - 1
  const hot = oneHot(target, logits.shape[classes])
  return negate(sum(multiply(hot, logSoftmax(logits)), [classes]))
}
