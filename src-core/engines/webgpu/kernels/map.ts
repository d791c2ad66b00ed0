import { sizeOf, type Shape } from '../../../graph/tensor'
import { atomIndex, unflat } from '../indices'
import type { Value } from '../value'
import { MOVES, pointwise } from '../lowering'
import {
  ceilDiv,
  functionText,
  labelOf,
  piecesOf,
  THREADS,
  writeStores,
  type Domain,
  type Kernel,
  type KernelText,
  type Store,
  type Trial,
  type Writing,
} from './kernel'

/** Values element by element: a thread for each element, or for each place in the parts that a value is joined of. */
export class MapKernel implements Kernel {
  readonly kind = 'map'
  readonly anchors = []
  readonly finished: Value[] = []
  readonly flops = 0
  private shape: Shape

  constructor(value: Value, whole = false) {
    this.finished.push(value)
    const width = value.shape[value.shape.length - 1] ?? 1
    const piece = whole ? width : pieceWidth(value)
    this.shape =
      piecesOf(value, [...value.shape.slice(0, -1), piece]) > 0
        ? [...value.shape.slice(0, -1), piece]
        : value.shape
  }

  get name() {
    return `${labelOf(this.finished[this.finished.length - 1])}_elements`
  }

  /** Takes a narrower value too, where what it has can be made in pieces of that width. */
  take(value: Value, trial: Trial): boolean {
    const leading = this.shape.slice(0, -1)
    const width = greatestDivisor(this.shape[leading.length] ?? 1, value.shape[value.shape.length - 1] ?? 1)
    const narrower = this.shape.length > 0 && width >= 4 ? [[...leading, width]] : []
    for (const shape of [this.shape, ...narrower]) {
      const all = shape === this.shape ? [value] : [...this.finished, value]
      if (all.some((each) => piecesOf(each, shape) === 0) || !trial(domainOf(shape), all)) continue
      this.shape = shape
      this.finished.push(value)
      return true
    }
    return false
  }

  write(writing: Writing, stores: readonly Store[], name: string): KernelText {
    const size = sizeOf(this.shape)
    const emitter = writing.emitter(() => null)
    emitter.line(`let i = group * ${THREADS}u + local;`)
    if (size % THREADS !== 0) emitter.line(`if (i >= ${size}u) { return; }`)
    writeStores(emitter, this.domain, stores)
    const functions = functionText(`${name}(group: u32, local: u32)`, emitter.lines)
    return { name, functions, groups: ceilDiv(size, THREADS), shared: 0 }
  }

  get domain(): Domain {
    return domainOf(this.shape)
  }
}

function domainOf(shape: Shape): Domain {
  const place = atomIndex({ text: 'i', size: sizeOf(shape) })
  return { shape, index: unflat(place, shape), local: () => null }
}

/** The greatest width along the last axis that all parts are multiples of which a value is cut and joined of. */
function pieceWidth(value: Value): number {
  const rank = value.shape.length
  if (rank === 0) return 1
  let width = value.shape[rank - 1]
  const seen = new Set<Value>([value])
  for (const { source } of seen) {
    if (source.kind !== 'apply' || pointwise[source.op] === null) continue
    const along = (axis: number) => axis === source.shape.length - 1
    if (source.op === 'concat' && along(source.attributes.axis))
      for (const input of source.inputs) width = greatestDivisor(width, input.shape[input.shape.length - 1])
    if (source.op === 'gather' || (MOVES.has(source.op) && source.shape.length !== rank)) continue
    for (const input of source.inputs) {
      if (input.shape.length === rank && seen.size < 200) seen.add(input)
    }
  }
  return width
}

export function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b)
}
