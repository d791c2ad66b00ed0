import type { Architecture } from '../../../src-core/architecture/schema'
import { windowOf } from '../../../src-core/architecture/window'
import { countWindows } from '../../../src-core/corpus/windows'
import type { Plan } from '../../../src-core/training/plan'
import type { Cut } from './window-marks'

/** How a run of the architecture by this plan cuts a corpus of so many tokens; null where it reads or predicts nothing. */
export function cutOf(document: Architecture, plan: Plan, length: number): Cut | null {
  const { length: window, characters, outputs } = windowOf(document)
  if (window === 0 || outputs.length === 0) return null
  const stride = plan.window.stride ?? window
  // What is held out at the end is not trained on.
  const trained = length - Math.floor(length * plan.validation)
  return {
    order: plan.order,
    window,
    tokensNeeded: characters,
    stride,
    predicted: [...new Set(outputs.map(({ character }) => character))],
    windows: countWindows(trained, characters, stride, plan.window.leaveOut),
    batch: plan.batch,
  }
}
