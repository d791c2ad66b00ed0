import { parseArchitecture } from '../../../../src-core/architecture/parse'
import type { Architecture, ArchitectureInput } from '../../../../src-core/architecture/schema'

const files = import.meta.glob<unknown>('../../../../resources/architectures/*.json', {
  eager: true,
  import: 'default',
})

export const lessonNames = [
  'three-characters',
  'eight-characters',
  'simple-rnn',
  'sequence-eight-outputs',
  'sequence-rnn',
  'one-hot-rnn',
  'stateful-lstm',
  'stacked-lstm',
  'gru',
  'from-scratch-rnn',
] as const

export function lesson(name: (typeof lessonNames)[number]): Architecture {
  return parseArchitecture(files[`../../../../resources/architectures/${name}.json`])
}

export function parsed(parts: Partial<ArchitectureInput> = {}): Architecture {
  return parseArchitecture({
    format: 'unroll/architecture',
    version: 1,
    name: 'drawn',
    colors: [],
    shapes: [],
    arrows: [],
    ...parts,
  })
}
