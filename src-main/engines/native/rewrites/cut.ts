import { concat, slice } from '../../../../src-core/graph/ops'
import { rewriteRoots, type Program } from '../../../../src-core/graph/program'
import { reachLive } from '../../../../src-core/graph/rewrites/live'
import { Sharing } from '../../../../src-core/graph/rewrites/share'
import { Scan } from '../../../../src-core/graph/scan'
import { full, uniformValue, type Apply, type Variable } from '../../../../src-core/graph/variable'
import { Columns, lastAxisOf, scopesOf, widthOf } from './columns'

/**
 * The program with element-wise work cut where slices and concatenations of columns cut it, so that none of them
 * stands between element-wise ops any more: the gates of a cell, which one op makes side by side, become values of
 * their own, and one row of many small parameters becomes the parameters again.
 */
export function cut(program: Program): Program {
  return rewriteRoots(program, (roots) => {
    const cutting = new Cutting(new Columns(scopesOf(roots)))
    cutting.rewrite(reachLive(roots))
    return roots.map(cutting.whole)
  })
}

class Cutting {
  private readonly wholes = new Map<Variable, Variable>()
  private readonly pieces = new Map<Variable, readonly Variable[]>()
  private readonly slices = new Map<string, Variable>()
  private readonly sharing = new Sharing()

  constructor(private readonly columns: Columns) {}

  rewrite(variables: readonly Variable[]) {
    const loops = new Map<Scan, Variable[]>()
    for (const value of variables) {
      const { node } = value
      if (node.kind === 'scan') loops.set(node, [...(loops.get(node) ?? []), value])
    }
    const done = new Set<Scan>()
    for (const value of variables) {
      const { node } = value
      if (node.kind === 'apply') this.apply(value, node)
      else if (node.kind === 'scan' && !done.has(node)) {
        done.add(node)
        this.loop(node, loops.get(node) ?? [])
      }
    }
  }

  private apply(value: Variable, node: Apply) {
    const borders = this.columns.borders(value)
    if (this.columns.isCut(value)) {
      const pieces = borders.slice(1).map((end, i) => {
        const inputs = node.inputs.map((input) =>
          widthOf(input) === widthOf(value) ? this.piece(input, borders[i], end) : this.whole(input),
        )
        return this.sharing.apply(node, inputs)
      })
      this.pieces.set(value, pieces)
    } else if (lastAxisOf(node) === null)
      this.wholes.set(value, this.sharing.apply(node, node.inputs.map(this.whole)))
  }

  /** A value in one; what was cut is concatenated again, for those who need it so. */
  readonly whole = (value: Variable): Variable => {
    const known = this.wholes.get(value)
    if (known) return known
    const pieces = this.pieces.get(value)
    const made = pieces ? joined(pieces, value.shape.length - 1) : this.moved(value)
    this.wholes.set(value, made)
    return made
  }

  private moved(value: Variable): Variable {
    const { node } = value
    if (node.kind !== 'apply') return value
    if (node.name === 'slice') {
      const { start, end } = node.attributes
      return this.piece(node.inputs[0], start, end)
    }
    return joined(node.inputs.map(this.whole), value.shape.length - 1)
  }

  /** Columns of a value. */
  private piece(value: Variable, start: number, end: number): Variable {
    if (start === 0 && end === widthOf(value)) return this.whole(value)
    const { node } = value
    const last = value.shape.length - 1
    const pieces = this.pieces.get(value)
    if (pieces) {
      const borders = this.columns.borders(value)
      const [first, after] = [borders.indexOf(start), borders.indexOf(end)]
      if (after === first + 1) return pieces[first]
      if (first >= 0 && after > first) return joined(pieces.slice(first, after), last)
    }
    if (node.kind === 'apply' && lastAxisOf(node) === 'slice' && node.name === 'slice')
      return this.piece(node.inputs[0], start + node.attributes.start, end + node.attributes.start)
    if (node.kind === 'apply' && lastAxisOf(node) === 'concat') {
      let before = 0
      for (const input of node.inputs) {
        const after = before + widthOf(input)
        if (start >= before && end <= after) return this.piece(input, start - before, end - before)
        before = after
      }
    }
    const uniform = uniformValue(value)
    const key = `${value.id} ${start} ${end}`
    const made =
      this.slices.get(key) ??
      (uniform === null
        ? slice(this.whole(value), last, start, end)
        : full([...value.shape.slice(0, -1), end - start], uniform))
    this.slices.set(key, made)
    return made
  }

  private loop(node: Scan, outputs: readonly Variable[]) {
    this.rewrite(node.body.variables)
    const copy = new Scan(
      node.length,
      node.reverse,
      node.sequences.map(this.whole),
      node.elements,
      node.initial.map(this.whole),
      node.states,
      node.next.map(this.whole),
    )
    const used = new Set(outputs)
    node.final.forEach((final, i) => this.wholes.set(final, copy.final[i]))
    const collected = node.stacked.flatMap((stacked, i) =>
      used.has(stacked) ? [{ stacked, value: this.whole(node.collected[i]) }] : [],
    )
    const values = collected.map(({ value }) => value)
    for (const { stacked, value } of collected) {
      const place = placeIn(values, value)
      const made = place
        ? slice(
            copy.collect(place.whole),
            stacked.shape.length - 1,
            place.start,
            place.start + widthOf(value),
          )
        : copy.collect(value)
      this.wholes.set(stacked, made)
    }
  }
}

/** Values side by side; those that are themselves side by side are taken apart for it. */
function joined(parts: readonly Variable[], axis: number): Variable {
  const flat = parts.flatMap((part) => {
    const { node } = part
    return node.kind === 'apply' && node.name === 'concat' && node.attributes.axis === axis
      ? node.inputs
      : [part]
  })
  return concat(flat, axis)
}

/** Which of these values a value is a piece of. */
function placeIn(values: readonly Variable[], value: Variable) {
  for (const whole of values) {
    const { node } = whole
    if (node.kind !== 'apply' || lastAxisOf(node) !== 'concat') continue
    const at = node.inputs.indexOf(value)
    if (at >= 0)
      return { whole, start: node.inputs.slice(0, at).reduce((sum, each) => sum + widthOf(each), 0) }
  }
  return null
}
