import { sizeOf, type DType, type Shape } from '../../../src-core/graph/tensor'
import type { Variable } from '../../../src-core/graph/variable'
import type { Arena } from './arena'
import { baseOf, isViewOp, type Item, type LoopItem } from './items'
import type { Instruction, Operand, Place } from './instructions'
import { Occupancy } from './occupancy'
import { collapsed, isContiguous, rowStrides, sameView, sliceView, wholeView, type View } from './view'
import { applyView, packable, sameSize } from './view-ops'

export interface Lookup {
  readonly view: View
  /** The look-up itself, of which the value may be some columns. */
  readonly base: Variable
  readonly gathered: NonNullable<Operand['gathered']>
}

/**
 * Where the values of a program, or of a loop's body, lie while it is lowered, and the instructions so far. A
 * scope knows which items are still to come, so that a value that nothing reads any more gives its place away.
 */
export class Scope {
  readonly instructions: Instruction[] = []
  private readonly values = new Map<Variable, View>()
  private readonly homes = new Map<Variable, (() => View | null)[]>()
  /** Where else a value stands. */
  private readonly others = new Map<Variable, View[]>()
  private readonly packs = new Map<string, Place>()
  private lookups: ReadonlySet<Variable> = new Set()
  readonly occupancy = new Occupancy(this.values)

  constructor(
    readonly arena: Arena,
    readonly parent: Scope | null = null,
    private readonly isInside: (value: Variable) => boolean = () => true,
    /** The loop of whose body this is the scope. */
    readonly loop: LoopItem | null = null,
  ) {}

  emit(instruction: Instruction) {
    this.instructions.push(instruction)
  }

  /** Names look-ups that nothing makes. */
  readInPlace(lookups: ReadonlySet<Variable>) {
    this.lookups = lookups
  }

  /** Where the rows lie that a value looks up, as if they were the first of the table; null for any other value. */
  lookupOf(value: Variable): Lookup | null {
    const base = baseOf(value)
    if (!this.lookups.has(base) || base.node.kind !== 'apply') return null
    const [table, index] = base.node.inputs
    const view = this.viewOf(table)
    const rows = view.strides[1] === 1 ? view : this.copied(view)
    const first = { ...rows, shape: base.shape }
    const { node } = value
    const { start, end } =
      node.kind === 'apply' && node.name === 'slice' ? node.attributes : { start: 0, end: base.shape[1] }
    return {
      view: sliceView(first, 1, start, end),
      base,
      gathered: { index: this.contiguous(this.viewOf(index)), rows: table.shape[0] },
    }
  }

  /** The rows that a value looks up, made after all. */
  lookedUp({ view, gathered }: Lookup): View {
    const made = this.fresh(`${view.buffer.name} looked up`, view.dtype, view.shape)
    const [n, columns] = view.shape
    const table = { ...view, stride: view.strides[0] }
    const y = { ...made, stride: columns }
    this.emit({ op: 'gather', n, columns, index: gathered.index, table, rows: gathered.rows, y })
    return made
  }

  /** Says where a value lies. */
  bind(value: Variable, view: View) {
    this.values.set(value, view)
    if (!isViewOp(value.node)) this.occupancy.occupy(value, view.buffer)
  }

  /**
   * Where a value should be made, if it can be; the first to ask gets it, others may get a second one of it.
   * @param home null where it turns out that it cannot be made there.
   */
  want(value: Variable, home: () => View | null) {
    this.homes.set(value, [...(this.homes.get(value) ?? []), home])
  }

  /** Further places that a value is wanted at, for who can write it there as well. */
  placeAgain(value: Variable, item: Item): View[] {
    const views: View[] = []
    for (const home of this.homes.get(value) ?? []) {
      const view = home()
      if (!view || this.standsAt(value, view) || !this.occupancy.accepts(view, value, item)) continue
      views.push(view)
      this.others.set(value, views)
    }
    return views
  }

  /** Whether a value has been written to a place. */
  standsAt(value: Variable, view: View): boolean {
    const first = this.values.get(value)
    return [...(first ? [first] : []), ...(this.others.get(value) ?? [])].some((other) =>
      sameView(other, view),
    )
  }

  isBound(value: Variable): boolean {
    return this.values.has(value)
  }

  /** Where a value lies; what no strides can express is copied. */
  viewOf(value: Variable): View {
    const known = this.values.get(value)
    if (known) return known
    const { node } = value
    if (node.kind === 'constant') return this.arena.constant(node.value)
    if (!this.isInside(value) && this.parent) return this.parent.viewOf(value)
    if (!isViewOp(node))
      throw new Error(`A value of shape [${value.shape.join(', ')}] is read before it is made.`)
    const made = this.derive(node.inputs[0], value) ?? this.reshaped(node.inputs[0], value)
    this.values.set(value, made)
    return made
  }

  private derive(input: Variable, { node, shape }: Variable): View | null {
    const view = this.viewOf(input)
    return applyView(view, node, shape)
  }

  private reshaped(input: Variable, { shape, dtype }: Variable): View {
    return wholeView(this.contiguous(this.viewOf(input)).buffer, dtype, shape)
  }

  /** The view as rows of neighbours in a buffer of its own, copied if it is not. */
  contiguous(view: View): View {
    return isContiguous(view) ? view : this.copied(view)
  }

  copied(view: View): View {
    const copy = this.fresh(`${view.buffer.name} copied`, view.dtype, view.shape)
    this.copy(view, copy)
    return copy
  }

  /** Copies elements, of any strides to any strides. */
  copy(source: View, target: View) {
    if (sizeOf(source.shape) === 0) return
    const scalar = source.shape.length === 0
    const axes = scalar ? [{ size: 1, strides: [1, 1] }] : collapsed([source, target], 1)
    this.emit({
      op: 'copy',
      sizes: axes.map(({ size }) => size),
      source,
      sourceStrides: axes.map(({ strides }) => strides[0]),
      target,
      targetStrides: axes.map(({ strides }) => strides[1]),
    })
  }

  /** Writes zeros to a place. */
  clear(target: View) {
    const { dtype, shape } = target
    this.copy(this.arena.constant({ dtype, shape, data: new Float32Array(sizeOf(shape)) }), target)
  }

  fresh(name: string, dtype: DType, shape: Shape): View {
    const view = wholeView(this.arena.buffer(name, Math.max(1, sizeOf(shape))), dtype, shape)
    this.occupancy.claim(view.buffer)
    return view
  }

  /** Room for a value whose rows products read: see `rowStrides`. */
  freshRows(name: string, dtype: DType, shape: Shape): View {
    const strides = rowStrides(shape)
    const buffer = this.arena.buffer(name, Math.max(1, (shape[0] ?? 1) * (strides[0] ?? 1)))
    this.occupancy.claim(buffer)
    return { buffer, offset: 0, step: 0, dtype, shape, strides }
  }

  /** A place for what an item makes: where it should be if that can be overwritten, else a new one. */
  place(value: Variable, item: Item, instead: readonly Variable[] = []): View {
    const homes = (this.homes.get(value) ?? []).flatMap((home) => home() ?? [])
    const home = homes.find((each) => this.occupancy.accepts(each, value, item))
    if (home) return this.made(value, home)
    if (homes.length === 0) {
      for (const other of instead) {
        const view = this.values.get(other)
        if (
          view &&
          this.occupancy.mayReuse(view) &&
          sameSize(view, value) &&
          this.occupancy.accepts(view, value, item)
        )
          return this.made(value, { ...view, dtype: value.dtype })
      }
    }
    const name = this.arena.nameOf(value)
    return this.made(
      value,
      this.occupancy.isForProducts(value, item)
        ? this.freshRows(name, value.dtype, value.shape)
        : this.fresh(name, value.dtype, value.shape),
    )
  }

  /** Room for a value whose parts are made one by one, each where it may. */
  room(value: Variable): View {
    const known = this.values.get(value) ?? this.homes.get(value)?.[0]()
    const view = known ?? this.fresh(this.arena.nameOf(value), value.dtype, value.shape)
    // It is nobody's yet: its parts are made in it one by one.
    this.values.set(value, view)
    return view
  }

  private made(value: Variable, view: View): View {
    this.bind(value, view)
    return view
  }

  /** Whether a value has a place where it has to stand. */
  isWanted(value: Variable): boolean {
    return this.homes.has(value)
  }

  /** A matrix's panels, packed once by the scope that has the matrix. */
  packed(value: Variable, k: number, n: number, transposed: boolean): Place {
    if (!this.isInside(value) && this.parent && !this.values.has(value))
      return this.parent.packed(value, k, n, transposed)
    const known = packable(this.viewOf(value))
    const view = known ? this.viewOf(value) : this.copied(this.viewOf(value))
    const [outer, inner] = view.strides
    const [rowStride, columnStride] = transposed ? [inner, outer] : [outer, inner]
    const key = [this.arena.idOf(view.buffer), view.offset, view.step, k, n, rowStride, columnStride].join(
      ' ',
    )
    const before = this.packs.get(key)
    if (before) return before
    const name = `${view.buffer.name}${transposed ? 'ᵀ' : ''} packed`
    const buffer = this.arena.buffer(name, this.arena.packedLength(k, n))
    const target = { buffer, offset: 0, step: 0 }
    this.emit({
      op: 'pack',
      precision: this.arena.machine.precision,
      k,
      n,
      source: view,
      rowStride,
      columnStride,
      target,
    })
    this.packs.set(key, target)
    return target
  }
}
