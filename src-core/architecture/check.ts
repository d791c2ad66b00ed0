import { UnrollError } from '../errors'
import { checkBoxes } from './check-boxes'
import { checkCycles } from './check-cycles'
import { checkFlow } from './check-flow'
import { checkNames } from './check-names'
import { checkSizes } from './check-sizes'
import { type Diagram, readDiagram } from './diagram'
import type { Problem } from './problem'
import type { Architecture } from './schema'
import type { Size } from './sizes'

/**
 * All that keeps the document from being a network; nothing where it is one. It never throws.
 * @param vocabulary V, its size with the padding's index; `V` stands for it while no corpus is chosen.
 */
export function checkArchitecture(document: Architecture, vocabulary: Size = 'V'): Problem[] {
  const diagram = readDiagram(document)
  return [
    ...checkNames(diagram),
    ...checkFlow(diagram),
    ...checkCycles(diagram),
    ...checkBoxes(diagram, vocabulary),
    ...checkSizes(diagram, vocabulary),
  ]
}

/**
 * The document's diagram, once nothing is wrong with it.
 * @throws UnrollError `unsound-architecture` with the first problem and the number of the others.
 */
export function soundDiagram(document: Architecture, vocabulary: Size = 'V'): Diagram {
  const [first, ...others] = checkArchitecture(document, vocabulary)
  if (!first) return readDiagram(document)
  const more = others.length > 0 ? ` (and ${others.length} more)` : ''
  throw new UnrollError(
    'unsound-architecture',
    `The architecture ${document.name} is not a network yet: ${first.message}${more}`,
    'Correct it in the diagram; unroll architecture FILE lists everything.',
  )
}
