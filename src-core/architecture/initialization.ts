import { concat } from '../graph/ops'
import type { Program } from '../graph/program'
import { full, type Variable, zeros } from '../graph/variable'
import { initialize, randomnessOf } from '../nn/initializer'
import type { ColorParameters } from './colors'
import { ProgramBuilder } from './program-builder'

/** Gives every parameter and statistic its first value. Inputs: `<colour>/random`, to be drawn. */
export function initializationProgram(parameters: readonly ColorParameters[]): Program {
  const program = new ProgramBuilder()
  const first = (name: string, value: Variable, role: 'parameter' | 'statistic' = 'parameter') => {
    program.state(name, value.shape, role)
    program.update(name, value)
  }
  for (const { color, kind, matrix, gates, bias, normalized, normalization } of parameters) {
    if (matrix) {
      const fill = randomnessOf(color.initialization)
      const random = fill && program.input(`${color.id}/random`, 'float32', matrix, fill)
      const name = kind === 'embedding' ? 'embedding' : 'weights'
      first(`${color.id}/${name}`, initialize(color.initialization, matrix, gates, random))
    }
    if (bias > 0) first(`${color.id}/bias`, firstBias(color.bias, bias))
    if (normalized === 0) continue
    first(`${color.id}/gamma`, full([normalized], 1))
    first(`${color.id}/beta`, zeros([normalized]))
    if (normalization !== 'batch') continue
    first(`${color.id}/mean`, zeros([normalized]), 'statistic')
    first(`${color.id}/variance`, full([normalized], 1), 'statistic')
  }
  return program.build('initialization', {})
}

function firstBias(kind: ColorParameters['color']['bias'], length: number): Variable {
  if (kind === 'ones') return full([length], 1)
  if (kind !== 'forget-one') return zeros([length])
  // An LSTM's gates stand in the order i, f, o, g.
  const size = length / 4
  return concat([zeros([size]), full([size], 1), zeros([2 * size])], 0)
}
