import { add, gather, matmul, slice } from '../../../../src-core/graph/ops'
import { rewriteRoots, type Program } from '../../../../src-core/graph/program'
import type { Scan } from '../../../../src-core/graph/scan'
import { sizeOf } from '../../../../src-core/graph/tensor'
import { variable, type Node, type Variable } from '../../../../src-core/graph/variable'
import { widthOf, withoutReshapes } from './columns'
import { Readers } from './readers'
import { loopOn, rebuild, type Image, type Remade } from './roots'

/** Values of all steps that are no larger than this stay in the cache between where they are made and read. */
const CACHED_BYTES = 1 << 20

/**
 * What was computed for all steps of a loop at once and is read by that loop alone goes back into its step where
 * it is cheaper there: rows of a table are read where they lie, slices are looked at in place, and the products
 * of inputs, with their biases, are made in the place where the step's own product is added, which saves writing
 * and reading what does not fit the cache.
 */
export function sink(program: Program): Program {
  return rewriteRoots(program, (roots) => {
    const readers = new Readers(roots)
    return rebuild(roots, readers, {
      loop: (loop, image) => new Sinking(loop, readers, image).remade(),
    })
  })
}

class Sinking {
  /** What the loop reads of the graph as it was, and the element of each in the new body. */
  private readonly sequences: Variable[] = []
  private readonly elements: Variable[] = []

  constructor(
    private readonly loop: Scan,
    private readonly readers: Readers,
    private readonly image: Image,
  ) {}

  remade(): Remade {
    const { loop, image } = this
    const inside = new Map(loop.sequences.map((sequence, i) => [loop.elements[i], this.step(sequence)]))
    return loopOn(loop, this.sequences.map(image), this.elements, inside, image)
  }

  /** A sequence's value at one step. */
  private step(sequence: Variable): Variable {
    const { node } = sequence
    if (node.kind !== 'apply') return this.element(sequence)
    if (node.name === 'slice' && node.attributes.axis === sequence.shape.length - 1) {
      const { axis, start, end } = node.attributes
      return slice(this.step(node.inputs[0]), axis - 1, start, end)
    }
    if (!this.isAlone(sequence, this.loop)) return this.element(sequence)
    if (node.name === 'gather' && node.inputs[0].shape.length === 2)
      return gather(this.image(node.inputs[0]), this.element(node.inputs[1]))
    return this.product(sequence) ?? this.element(sequence)
  }

  /** x·W or x·W + b for the rows of all steps, as that of one step. */
  private product(sequence: Variable): Variable | null {
    if (4 * sizeOf(sequence.shape) <= CACHED_BYTES || sequence.shape.length !== 3) return null
    const { node } = sequence
    if (node.kind === 'apply' && node.name === 'add' && node.inputs[1].shape.length === 1) {
      const [x, bias] = node.inputs
      const step = this.isAlone(x, node) ? this.product(x) : null
      return step && add(step, this.image(bias))
    }
    const product = withoutReshapes(sequence)
    if (product.node.kind !== 'apply' || product.node.name !== 'matmul') return null
    if (product.node.attributes.transposeA || widthOf(product) !== widthOf(sequence)) return null
    const [rows, weights] = product.node.inputs
    const x = withoutReshapes(rows)
    const [length, batch] = sequence.shape
    if (x.shape.length !== 3 || x.shape[0] !== length || x.shape[1] !== batch) return null
    const alone = this.readers.of(product).length === 1
    return alone ? matmul(this.element(x), this.image(weights), product.node.attributes) : null
  }

  private isAlone(value: Variable, reader: Node): boolean {
    return this.readers.of(value).every((each) => each === reader || isSliceFor(each, reader, this.readers))
  }

  private element(sequence: Variable): Variable {
    const known = this.sequences.indexOf(sequence)
    if (known >= 0) return this.elements[known]
    const element = variable(sequence.name ?? 'element', sequence.dtype, sequence.shape.slice(1))
    this.sequences.push(sequence)
    this.elements.push(element)
    return element
  }
}

/** Whether a reader only takes columns for another reader. */
function isSliceFor(node: Node, reader: Node, readers: Readers): boolean {
  if (node.kind !== 'apply' || node.name !== 'slice') return false
  return readers.of(node.output).every((each) => each === reader)
}
