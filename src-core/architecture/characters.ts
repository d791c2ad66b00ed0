import { concat, gather, oneHot, select, slice } from '../graph/ops'
import type { Variable } from '../graph/variable'
import { isCharacter } from './diagram'
import type { Pass } from './pass'
import type { Rectangle } from './schema'

type CharacterRectangle = Rectangle & { source: { kind: 'character' } }

/** Rows of the tokens that a rectangle reads, from and up to before; more than one for a box. */
interface Rows {
  readonly from: number
  readonly to: number
}

/**
 * The activations of the rectangles that read characters. Those that enter by one embedding colour are looked
 * up and normalized together, so that its statistics are those of all places.
 */
export class Characters {
  readonly #embedded = new Map<string, { places: readonly number[]; values: Variable }>()

  constructor(private readonly pass: Pass) {}

  /** [T, B, F] in a box, else [B, F]. */
  activations(shape: CharacterRectangle): Variable {
    const rows = this.#rowsOf(shape)
    const looped = shape.box !== undefined && !this.pass.options.stepping
    const { encoding } = shape.source
    const { tokens, vocabulary } = this.pass.options
    if (encoding.kind === 'one-hot') {
      const read = slice(tokens, 0, rows.from, rows.to)
      return oneHot(looped ? read : select(read, 0, 0), vocabulary)
    }
    const { places, values } = this.#embed(encoding.color)
    const start = places.indexOf(rows.from)
    return looped ? slice(values, 0, start, start + rows.to - rows.from) : select(values, 0, start)
  }

  #rowsOf({ source: { at }, box }: CharacterRectangle): Rows {
    if (this.pass.options.stepping) return { from: 0, to: 1 }
    if (at !== 't') return { from: at - 1, to: at }
    const { from = 1, to = 1 } = (box !== undefined && this.pass.options.diagram.boxes.get(box)) || {}
    return { from: from - 1, to }
  }

  #embed(color: string): { places: readonly number[]; values: Variable } {
    const known = this.#embedded.get(color)
    if (known) return known
    const { pass } = this
    const readers = pass.options.diagram.document.shapes
      .filter(isCharacter)
      .flatMap((shape) =>
        shape.source.encoding.kind === 'embedding' ? [{ shape, ...shape.source.encoding }] : [],
      )
      .filter((reader) => reader.color === color)
    const read = new Set<number>()
    for (const { shape } of readers) {
      const { from, to } = this.#rowsOf(shape)
      for (let row = from; row < to; row++) read.add(row)
    }
    const places = [...read].sort((a, b) => a - b)
    const runs = runsOf(places).map(({ from, to }) => slice(pass.options.tokens, 0, from, to))
    let values = gather(pass.embedding(color), concat(runs, 0))
    const { normalization } = readers[0]
    if (normalization !== 'none') {
      const by = normalization === 'batch' ? pass.moments(color, values) : null
      if (by) pass.record(color, by)
      values = pass.normalize(color, values, by)
    }
    const embedded = { places, values }
    this.#embedded.set(color, embedded)
    return embedded
  }
}

/** Sorted numbers as runs without gaps. */
function runsOf(numbers: readonly number[]): Rows[] {
  const runs: { from: number; to: number }[] = []
  for (const number of numbers) {
    const last = runs.at(-1)
    if (last?.to === number) last.to++
    else runs.push({ from: number, to: number + 1 })
  }
  return runs
}
