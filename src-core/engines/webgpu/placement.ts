import { Emitter, NotHere } from './emitter'
import { elementsOf, type Domain, type Kernel } from './kernels/kernel'
import { LoopKernel } from './kernels/loop'
import { MapKernel } from './kernels/map'
import { ProductKernel } from './kernels/product'
import { ReductionKernel } from './kernels/reduction'
import { RowsKernel } from './kernels/rows'
import { ScatterKernel } from './kernels/scatter'
import type { RowLoop } from './loop'
import { Slots, type Region } from './slots'
import { isHeavy } from './storing'
import { sourcesOf, type Applied, type Value } from './value'

/** Of the kernels made last, how many are asked whether they can compute a value too. */
const RECENT = 6
const NO_REGION: Region = { pool: 'work_f32', size: 0, offset: 0 }

/**
 * Which kernel makes which value. A value that is computed element by element goes to the kernel that makes what it
 * waits for longest, where each of that kernel's threads has what is needed; else it gets a kernel of its own.
 */
export class Placement {
  /** In an order in which they can run. */
  readonly kernels: Kernel[] = []
  private readonly positions = new Map<Value, number>()

  /** Finds the kernel for a value; those that it is computed from have theirs. */
  place(value: Value) {
    const { source } = value
    if (source.kind === 'loop') {
      this.positions.set(value, this.placeLoop(value, source.loop))
      return
    }
    if (source.kind !== 'apply') throw new Error('Only what is computed needs a kernel.')
    const position = isHeavy(value) ? this.placeHeavy(value, source) : this.placeElements(value)
    this.positions.set(value, position)
  }

  /** Whether a value is in memory when the kernel at a position starts. */
  isInMemory(value: Value, position: number): boolean {
    const { kind } = value.source
    if (kind === 'input' || kind === 'state' || kind === 'constant') return true
    if (value.source.kind === 'stack')
      return value.source.parts.every((part) => this.isInMemory(part, position))
    const own = this.positions.get(value)
    return own !== undefined && own < position
  }

  isPlaced(value: Value): boolean {
    return this.positions.has(value)
  }

  positionOf(value: Value): number {
    const position = this.positions.get(value)
    if (position === undefined) throw new Error(`${value.name} is made by no kernel.`)
    return position
  }

  /** Adds a kernel at the end that computes a value element by element, wherever that value is made besides. */
  mapAtEnd(value: Value): { kernel: Kernel; position: number } {
    const position = this.kernels.length
    const kernel = this.newMap(value, position)
    this.kernels.push(kernel)
    return { kernel, position }
  }

  /** Whether threads of a domain can compute values in the kernel at a position. */
  readonly computes = (domain: Domain, values: readonly Value[], position: number): boolean => {
    const emitter = new Emitter(new Slots(), {
      isInMemory: (value) => this.isInMemory(value, position),
      local: domain.local,
      region: () => NO_REGION,
    })
    try {
      for (const value of values) for (const index of elementsOf(value, domain)) emitter.read(value, index)
      return true
    } catch (error) {
      if (error instanceof NotHere) return false
      throw error
    }
  }

  /** All that comes out of one loop is one kernel's. */
  private placeLoop(value: Value, loop: RowLoop): number {
    const known = this.kernels.findIndex((kernel) => kernel instanceof LoopKernel && kernel.loop === loop)
    const position = known >= 0 ? known : this.kernels.push(new LoopKernel(loop)) - 1
    const kernel = this.kernels[position]
    if (kernel instanceof LoopKernel) kernel.anchors.push(value)
    return position
  }

  private placeHeavy(value: Value, node: Applied): number {
    const waits = this.waitsFor(value)
    if (node.op === 'softmax' || node.op === 'logSoftmax' || node.op === 'crossEntropy') {
      const position = this.kernels.findIndex(
        (kernel, i) => kernel instanceof RowsKernel && kernel.input === node.inputs[0] && i > waits,
      )
      const known = this.kernels[position]
      if (known instanceof RowsKernel) {
        known.add(value)
        return position
      }
    }
    return this.kernels.push(heavyKernel(value, node)) - 1
  }

  private placeElements(value: Value): number {
    const waits = this.waitsFor(value)
    const takes = (position: number) =>
      this.kernels[position].take(value, (domain, values) => this.computes(domain, values, position))
    if (waits >= 0 && takes(waits)) return waits
    const reads = this.readsOf(value)
    for (
      let position = this.kernels.length - 1;
      position > waits && position >= this.kernels.length - RECENT;
      position--
    ) {
      const kernel = this.kernels[position]
      const shares =
        kernel.kind === 'map' && kernel.finished.some((each) => overlaps(reads, this.readsOf(each)))
      if (shares && takes(position)) return position
    }
    const position = this.kernels.length
    this.kernels.push(this.newMap(value, position))
    return position
  }

  private newMap(value: Value, position: number): MapKernel {
    const kernel = new MapKernel(value)
    return this.computes(kernel.domain, [value], position) ? kernel : new MapKernel(value, true)
  }

  /** The last kernel that a value needs to have run before it, or to be part of. */
  private waitsFor(value: Value): number {
    return Math.max(-1, ...[...this.readsOf(value)].map((read) => this.positions.get(read) ?? -1))
  }

  /** What a value is computed from that is in memory, at the nearest. */
  private readsOf(value: Value): Set<Value> {
    const reads = new Set<Value>()
    const seen = new Set<Value>(sourcesOf(value))
    for (const source of seen) {
      if (source.source.kind === 'uniform') continue
      const inMemory = source.source.kind !== 'apply' || this.positions.has(source)
      if (inMemory && source.source.kind !== 'stack') reads.add(source)
      else sourcesOf(source).forEach((each) => seen.add(each))
    }
    return reads
  }
}

function overlaps(a: ReadonlySet<Value>, b: ReadonlySet<Value>): boolean {
  for (const each of a) if (b.has(each)) return true
  return false
}

function heavyKernel(value: Value, node: Applied): Kernel {
  switch (node.op) {
    case 'matmul':
      return new ProductKernel(value, node)
    case 'sum':
    case 'max':
    case 'argmax':
      return new ReductionKernel(value, node)
    case 'softmax':
    case 'logSoftmax':
    case 'crossEntropy':
      return new RowsKernel(value, node)
    case 'scatterAdd':
      return new ScatterKernel(value, node)
    default:
      throw new Error(`${node.op} has no kernel of its own.`)
  }
}
