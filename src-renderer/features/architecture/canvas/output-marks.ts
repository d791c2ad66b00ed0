import type { Architecture } from '../../../../src-core/architecture/schema'
import { windowOf } from '../../../../src-core/architecture/window'
import { formatLoss } from '../../../ui/format'
import { outputColor } from '../../runs/output-colors'
import { readable } from '../model/contrast'
import type { OutputMark } from './canvas-state.svelte'

/** What numbers are read on: the canvas of each theme. */
const grounds = { light: '#f6f7f9', dark: '#14161a' } as const

/**
 * What stands on the triangles while a network of the same outputs trains. A triangle in a box shows its last step.
 * @param trained the run's architecture
 * @param lossOf of an output, in nats; null before the first step
 * @returns by the ids of the triangles; nothing where the outputs are not the same
 */
export function outputMarks(
  shown: Architecture,
  trained: Architecture,
  lossOf: (output: number) => number | null,
): ReadonlyMap<string, OutputMark> {
  const outputs = windowOf(shown).outputs
  const lines = windowOf(trained).outputs
  const marks = new Map<string, OutputMark>()
  const same =
    outputs.length === lines.length &&
    outputs.every(({ character }, output) => character === lines[output].character)
  if (!same) return marks
  outputs.forEach(({ triangle }, output) => {
    const loss = lossOf(output)
    if (loss === null) return
    marks.set(triangle.id, {
      output,
      loss: formatLoss(loss),
      light: readable(outputColor(output, outputs.length, 'light'), grounds.light, 4.5),
      dark: readable(outputColor(output, outputs.length, 'dark'), grounds.dark, 4.5),
    })
  })
  return marks
}
