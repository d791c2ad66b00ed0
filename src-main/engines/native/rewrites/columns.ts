import { isElementwise } from '../../../../src-core/graph/elementwise'
import { reach, type Scan } from '../../../../src-core/graph/scan'
import type { Variable } from '../../../../src-core/graph/variable'

/** Columns of a value: the size of its last axis; 1 for a single number. */
export const widthOf = ({ shape }: Variable): number => shape[shape.length - 1] ?? 1

/** The value without the reshapes that it is seen through. */
export function withoutReshapes(value: Variable): Variable {
  const { node } = value
  return node.kind === 'apply' && node.name === 'reshape' ? withoutReshapes(node.inputs[0]) : value
}

const isProduct = (value: Variable): boolean => {
  const base = withoutReshapes(value)
  return base.node.kind === 'apply' && base.node.name === 'matmul' && widthOf(base) === widthOf(value)
}

/** A sum with a whole product, which the product's kernel starts from: it is not element-wise work of its own. */
export const isProductSum = ({ node, shape }: Variable): boolean =>
  node.kind === 'apply' &&
  node.name === 'add' &&
  node.inputs.some((input) => isProduct(input) && input.shape.length === shape.length)

/** Where the columns of values are cut, and which values are made piece by piece. */
export class Columns {
  private readonly cuts = new Map<Variable, Set<number>>()

  /** @param scopes the variables of the program, then those of each loop's body; each oldest first. */
  constructor(scopes: readonly (readonly Variable[])[]) {
    for (const scope of scopes) this.spread(scope)
  }

  /** The borders of a value's pieces, from 0 to its width. */
  borders(value: Variable): number[] {
    return [0, ...[...(this.cuts.get(value) ?? [])].sort((a, b) => a - b), widthOf(value)]
  }

  isCut(value: Variable): boolean {
    return isElementwise(value.node) && !isProductSum(value) && (this.cuts.get(value)?.size ?? 0) > 0
  }

  /** Cuts go from value to value until none is new. */
  private spread(scope: readonly Variable[]) {
    const through = new Set<Variable>()
    for (const value of scope) {
      const { node } = value
      const sliced = lastAxisOf(node) === 'slice' && node.kind === 'apply' && through.has(node.inputs[0])
      const made = isElementwise(node) && !isProductSum(value) && value.shape.length > 0
      if (made || sliced || lastAxisOf(node) === 'concat') through.add(value)
    }
    for (let before = -1, now = 0; now !== before;) {
      before = now
      for (const value of [...scope, ...scope.slice().reverse()]) this.visit(value, through)
      now = [...this.cuts.values()].reduce((sum, cuts) => sum + cuts.size, 0)
    }
  }

  private visit(value: Variable, through: ReadonlySet<Variable>) {
    const { node } = value
    if (node.kind !== 'apply' || !through.has(value)) return
    const between = (part: Variable, start: number) => {
      if (!through.has(part)) return
      const size = Math.min(widthOf(part), widthOf(value))
      const [a, b] = widthOf(part) > widthOf(value) ? [value, part] : [part, value]
      this.add(
        b,
        this.of(a).map((cut) => cut + start),
      )
      this.add(
        a,
        this.of(b)
          .map((cut) => cut - start)
          .filter((cut) => cut > 0 && cut < size),
      )
    }
    if (node.name === 'slice') {
      this.add(node.inputs[0], [node.attributes.start, node.attributes.end])
      between(node.inputs[0], node.attributes.start)
    } else if (node.name === 'concat') {
      let start = 0
      for (const input of node.inputs) {
        this.add(value, [start])
        between(input, start)
        start += widthOf(input)
      }
    } else for (const input of node.inputs) if (widthOf(input) === widthOf(value)) between(input, 0)
  }

  private of(value: Variable): number[] {
    return [...(this.cuts.get(value) ?? [])]
  }

  private add(value: Variable, cuts: readonly number[]) {
    const inside = cuts.filter((cut) => cut > 0 && cut < widthOf(value))
    if (inside.length > 0) this.cuts.set(value, new Set([...this.of(value), ...inside]))
  }
}

/** `slice` or `concat` where the node is one along the last axis. */
export function lastAxisOf(node: Variable['node']): 'slice' | 'concat' | null {
  if (node.kind !== 'apply' || (node.name !== 'slice' && node.name !== 'concat')) return null
  return node.attributes.axis === node.output.shape.length - 1 ? node.name : null
}

/** The variables of the graph, then those of every loop's body in it. */
export function scopesOf(roots: readonly Variable[]): Variable[][] {
  const variables = reach(roots)
  const loops = new Set<Scan>(variables.flatMap(({ node }) => (node.kind === 'scan' ? [node] : [])))
  const bodies = [...loops].flatMap((loop) => {
    const inner = loop.body.variables.flatMap(({ node }) => (node.kind === 'scan' ? [node] : []))
    return [[...loop.body.variables], ...[...new Set(inner)].flatMap((each) => scopesOf(each.final))]
  })
  return [variables, ...bodies]
}
