import { UnrollError } from '../../../src-core/errors'

/** Status 8 of TensorFlow (RESOURCE_EXHAUSTED); of the message only the shape is for people. */
const OUT_OF_MEMORY = /TF_Status: 8\b|OOM when allocating/
const SHAPE = /shape(\[[\d,]*\])/

/** An error of a run as it is, or in words of one that people can do something about. */
export function withWayOut(error: unknown, program: string): unknown {
  const message = error instanceof Error ? error.message : ''
  if (!OUT_OF_MEMORY.test(message)) return error
  const shape = SHAPE.exec(message)?.[1]
  const what = shape ? `a value of the shape ${shape.replaceAll(',', ', ')}` : 'a value'
  return new UnrollError(
    'out-of-memory',
    `The device has no memory left for ${what} in ${program}.`,
    'Take a smaller batch or window, or another engine.',
  )
}
