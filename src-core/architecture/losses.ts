import { concat, reshape, select, slice } from '../graph/ops'
import type { Variable } from '../graph/variable'
import { oneHotCrossEntropy, sparseCrossEntropy } from '../nn/loss'
import { type Diagram, stepsOf } from './diagram'
import type { Triangle } from './schema'
import type { Window } from './window'

/** The losses of all outputs of the window [K, B] in nats. @param tokens int32 [L, B] */
export function lossesOf(
  diagram: Diagram,
  window: Window,
  logitsOf: (triangle: Triangle) => Variable,
  tokens: Variable,
): Variable {
  return gatherOutputs(window, (triangle) => lossOf(diagram, triangle, logitsOf(triangle), tokens))
}

/** [B], or of a triangle in a box [T, B]. */
function lossOf({ boxes }: Diagram, triangle: Triangle, logits: Variable, tokens: Variable): Variable {
  const { character } = triangle.predicts
  const box = triangle.box === undefined ? undefined : boxes.get(triangle.box)
  // Tokens count from 0: a box from step a predicts the characters from a + 1.
  const targets =
    character === 't+1'
      ? slice(tokens, 0, box?.from ?? 0, (box?.to ?? 0) + 1)
      : select(tokens, 0, character - 1)
  return triangle.loss === 'one-hot-cross-entropy'
    ? oneHotCrossEntropy(logits, targets)
    : sparseCrossEntropy(logits, targets)
}

/** What belongs to each output, [K, ...], from what belongs to a triangle, [...] or of one in a box [T, ...]. */
export function gatherOutputs({ outputs }: Window, valueOf: (triangle: Triangle) => Variable): Variable {
  const values = new Map<Triangle, Variable>()
  const parts: { value: Variable; from: number; to: number }[] = []
  for (const { triangle, step } of outputs) {
    let value = values.get(triangle)
    if (!value) {
      const made = valueOf(triangle)
      value = step === null ? reshape(made, [1, ...made.shape]) : made
      values.set(triangle, value)
    }
    const last = parts[parts.length - 1]
    const at = step ?? 0
    if (last?.value === value && last.to === at) last.to++
    else parts.push({ value, from: at, to: at + 1 })
  }
  return concat(
    parts.map(({ value, from, to }) => slice(value, 0, from, to)),
    0,
  )
}

/** What each output counts in the total loss [K]: a triangle in a box by the mean of its steps. */
export function outputWeights({ boxes }: Diagram, { outputs }: Window): number[] {
  return outputs.map(({ triangle, step }) => {
    const box = step === null || triangle.box === undefined ? undefined : boxes.get(triangle.box)
    return box ? triangle.weight / stepsOf(box) : triangle.weight
  })
}
