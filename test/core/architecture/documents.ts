import { readFileSync } from 'node:fs'
import { parseArchitecture } from '../../../src-core/architecture/parse'
import type { Architecture, ArchitectureInput } from '../../../src-core/architecture/schema'

/** The documents that come with the program. */
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

export function lessonJson(name: (typeof lessonNames)[number]): unknown {
  return JSON.parse(
    readFileSync(new URL(`../../../resources/architectures/${name}.json`, import.meta.url), 'utf8'),
  )
}

export function lessonArchitecture(name: (typeof lessonNames)[number]): Architecture {
  return parseArchitecture(lessonJson(name))
}

type Parts = Partial<ArchitectureInput>

/** A small sound document: characters 1 to 3 through a circle of 4 in a box, and a triangle after it. */
export function smallLoop(changes: Parts = {}): Architecture {
  return parseArchitecture({
    format: 'unroll/architecture',
    version: 1,
    name: 'small',
    colors: [
      { id: 'e', letter: 'e' },
      { id: 'green', letter: 'a' },
      { id: 'orange', letter: 'b', bias: 'none' },
      { id: 'blue', letter: 'c' },
    ],
    shapes: [
      { id: 'c', kind: 'rectangle', source: character('t'), box: 'loop' },
      { id: 'h', kind: 'circle', size: 4, activation: 'tanh', box: 'loop' },
      { id: 'o', kind: 'triangle', predicts: { character: 4 } },
    ],
    arrows: [
      { id: 'in', from: 'c', to: 'h', color: 'green' },
      { id: 'on', from: 'h', to: 'h', color: 'orange' },
      { id: 'out', from: 'h', to: 'o', color: 'blue' },
    ],
    boxes: [{ id: 'loop', from: 1, to: 3 }],
    ...changes,
  })
}

/** The same network drawn by hand: a column for each character, and zeros before the first. */
export function smallColumns(changes: (document: ArchitectureInput) => void = () => undefined): Architecture {
  const document: ArchitectureInput = {
    ...smallLoop(),
    shapes: [{ id: 'zero', kind: 'rectangle', source: { kind: 'zeros', size: 4 } }],
    arrows: [{ id: 'out', from: 'h3', to: 'o', color: 'blue' }],
    boxes: [],
  }
  for (const t of [1, 2, 3]) {
    document.shapes.push(
      { id: `c${t}`, kind: 'rectangle', source: character(t) },
      { id: `h${t}`, kind: 'circle', size: 4, activation: 'tanh' },
    )
    document.arrows.push(
      { id: `in${t}`, from: `c${t}`, to: `h${t}`, color: 'green' },
      { id: `on${t}`, from: t === 1 ? 'zero' : `h${t - 1}`, to: `h${t}`, color: 'orange' },
    )
  }
  document.shapes.push({ id: 'o', kind: 'triangle', predicts: { character: 4 } })
  changes(document)
  return parseArchitecture(document)
}

/** The source of a rectangle that reads a character as an embedding of 3. */
export function character(at: 't' | number, color = 'e') {
  return { kind: 'character' as const, at, encoding: { kind: 'embedding' as const, size: 3, color } }
}

/** The same document with one embedding for all characters. */
export function oneEmbedding(document: Architecture): Architecture {
  for (const shape of document.shapes) {
    if (shape.kind !== 'rectangle' || shape.source.kind !== 'character') continue
    if (shape.source.encoding.kind === 'embedding') shape.source.encoding.color = 'violet1'
  }
  return document
}
