import type { Window } from '../architecture/window'
import type { BatchSource } from '../corpus/batch-source'
import { splitForValidation, type TokenArray } from '../corpus/token-array'
import { windowSource } from '../corpus/windows'
import type { Plan } from './plan'

export interface TrainingData {
  readonly batches: BatchSource
  /** The part that is held out, every window of it; null where none is. */
  readonly validation: BatchSource | null
}

/**
 * Cuts a corpus into what a network trains on, as the plan says.
 * @throws UnrollError as `windowSource`
 */
export function trainingData(window: Window, plan: Plan, tokens: TokenArray): TrainingData {
  const parts = splitForValidation(tokens, plan.validation)
  return {
    batches: windowSource(parts.training, {
      ...windowOptions(window, plan),
      leaveOut: plan.window.leaveOut,
      seed: plan.seed,
    }),
    validation: parts.validation.length > 0 ? evaluationData(window, plan, parts.validation) : null,
  }
}

/**
 * Every window of a text that a network is judged by. What is carried in training is carried here.
 * @throws UnrollError as `windowSource`
 */
export function evaluationData(window: Window, plan: Plan, tokens: TokenArray): BatchSource {
  return windowSource(tokens, { ...windowOptions(window, plan), lastBatch: 'pad' })
}

function windowOptions({ length, characters }: Window, { order, batch, window: { stride } }: Plan) {
  return {
    order,
    window: length,
    tokensNeeded: characters,
    rows: batch,
    ...(stride === null ? {} : { stride }),
  }
}
