import { add, gather, matmul, reshape, scatterAdd, sum } from '../../../../src-core/graph/ops'
import type { ApplyOf } from '../../../../src-core/graph/op'
import { rewriteRoots, type Program } from '../../../../src-core/graph/program'
import { sameShape, sizeOf, type Shape } from '../../../../src-core/graph/tensor'
import type { Variable } from '../../../../src-core/graph/variable'
import { widthOf, withoutReshapes } from './columns'
import { Readers } from './readers'
import { rebuild, type Image } from './roots'

/** How many times fewer rows a table must have than are looked up in it, for the rewrites to save work. */
const FEWER = 2

/**
 * Products with rows of a table made products with the table, where it has fewer rows than are looked up:
 *
 * - gather(E, i)·W + b is gather(E·W + b, i)
 * - gather(E, i)ᵀ·G is Eᵀ·S with S = scatterAdd(i, G), the sums of G's rows by index
 * - scatterAdd(i, G·Wᵀ) is S·Wᵀ, and the sum over G's rows that over S's.
 */
export function gatherProducts(program: Program): Program {
  return rewriteRoots(program, (roots) => {
    const readers = new Readers(roots)
    const backward = new Backward(readers.variables)
    const half = rebuild(roots, readers, { value: backward.value })
    const rest = new Readers(half)
    return rebuild(half, rest, { value: new Forward(rest).value })
  })
}

/** What looks up rows of a matrix with fewer rows. */
function lookupOf(value: Variable): ApplyOf<'gather'> | null {
  const base = withoutReshapes(value)
  const { node } = base
  if (node.kind !== 'apply' || node.name !== 'gather' || widthOf(base) !== widthOf(value)) return null
  const [table, index] = node.inputs
  return table.shape.length === 2 && FEWER * table.shape[0] <= sizeOf(index.shape) ? node : null
}

/** A reshape that is not there where the value, or what it was made from, has that shape. */
function shaped(value: Variable, shape: Shape): Variable {
  const base = withoutReshapes(value)
  if (sameShape(value.shape, shape)) return value
  return sameShape(base.shape, shape) ? base : reshape(base, shape)
}

/** gather(E, i)·W + b */
class Forward {
  constructor(private readonly readers: Readers) {}

  readonly value = (value: Variable, image: Image): Variable | null => {
    const { node, shape } = value
    if (node.kind !== 'apply') return null
    if (node.name === 'matmul') return this.product(node, shape, image)
    return node.name === 'add' ? this.biased(node, shape, image) : null
  }

  private product({ inputs, attributes }: ApplyOf<'matmul'>, shape: Shape, image: Image): Variable | null {
    const lookup = attributes.transposeA ? null : lookupOf(inputs[0])
    if (!lookup) return null
    const [table, index] = lookup.inputs.map(image)
    return shaped(gather(matmul(table, image(inputs[1]), attributes), index), shape)
  }

  /** A bias goes into the table where nothing else reads the product. */
  private biased({ inputs: [x, bias] }: ApplyOf<'add'>, shape: Shape, image: Image): Variable | null {
    const product = withoutReshapes(x)
    const { node } = product
    if (node.kind !== 'apply' || node.name !== 'matmul' || !lookupOf(node.inputs[0])) return null
    if (bias.shape.length !== 1 || !sameShape(x.shape, shape) || !this.isReadOnce(x)) return null
    const made = withoutReshapes(image(product)).node
    if (made.kind !== 'apply' || made.name !== 'gather') return null
    const [table, index] = made.inputs
    return shaped(gather(add(table, image(bias)), index), shape)
  }

  private isReadOnce(value: Variable): boolean {
    if (this.readers.of(value).length > 1) return false
    const { node } = value
    return node.kind !== 'apply' || node.name !== 'reshape' || this.isReadOnce(node.inputs[0])
  }
}

/** The sums S of rows of G by index, and what is made of them. */
class Backward {
  private readonly sums = new Map<
    Variable,
    { readonly index: Variable; readonly rows: number; made?: Variable }
  >()

  /** Finds what is summed: the G of each gather(E, i)ᵀ·G. */
  constructor(variables: readonly Variable[]) {
    for (const { node } of variables) {
      const lookup = weightsLookup(node)
      if (!lookup || node.kind !== 'apply') continue
      const [table, index] = lookup.inputs
      this.sums.set(withoutReshapes(node.inputs[1]), { index, rows: table.shape[0] })
    }
  }

  readonly value = ({ node }: Variable, image: Image): Variable | null => {
    if (node.kind !== 'apply') return null
    if (node.name === 'matmul') return this.weights(node, image)
    if (node.name === 'scatterAdd') return this.table(node, image)
    return node.name === 'sum' ? this.bias(node, image) : null
  }

  private sumOf(rows: Variable, image: Image): Variable | null {
    const sum = this.sums.get(withoutReshapes(rows))
    if (!sum) return null
    const shape = [...sum.index.shape, widthOf(rows)]
    return (sum.made ??= scatterAdd(image(sum.index), shaped(image(rows), shape), sum.rows))
  }

  private weights(node: ApplyOf<'matmul'>, image: Image): Variable | null {
    const table = weightsLookup(node)?.inputs[0]
    const sum = table ? this.sumOf(node.inputs[1], image) : null
    return table && sum ? matmul(image(table), sum, { transposeA: true }) : null
  }

  /** scatterAdd(i, G·Wᵀ) */
  private table(
    { inputs: [index, values], attributes }: ApplyOf<'scatterAdd'>,
    image: Image,
  ): Variable | null {
    const { node } = withoutReshapes(values)
    if (node.kind !== 'apply' || node.name !== 'matmul' || node.attributes.transposeA) return null
    const [rows, weights] = node.inputs
    const found = this.sums.get(withoutReshapes(rows))
    if (found?.index !== index || found.rows !== attributes.rows) return null
    const sum = this.sumOf(rows, image)
    return sum && matmul(sum, image(weights), node.attributes)
  }

  /** The sum over all rows of G. */
  private bias({ inputs: [rows], attributes: { axes } }: ApplyOf<'sum'>, image: Image): Variable | null {
    const last = rows.shape.length - 1
    if (axes.length !== last || axes.includes(last)) return null
    const all = this.sumOf(rows, image)
    return all && widthOf(all) === widthOf(rows) ? sum(all, [0]) : null
  }
}

/** The lookup of gather(E, i)ᵀ·G, where the node is one. */
function weightsLookup(node: Variable['node']): ApplyOf<'gather'> | null {
  if (node.kind !== 'apply' || node.name !== 'matmul') return null
  const { transposeA, transposeB } = node.attributes
  return transposeA && !transposeB ? lookupOf(node.inputs[0]) : null
}
