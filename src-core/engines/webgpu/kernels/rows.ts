import { sizeOf, type Shape } from '../../../graph/tensor'
import { atomIndex, unflat, type Index } from '../indices'
import type { AppliedOf, Value } from '../value'
import {
  ceilDiv,
  functionText,
  labelOf,
  piecesOf,
  sameIndex,
  takeElement,
  THREADS,
  writeStores,
  type Domain,
  type Kernel,
  type KernelText,
  type Store,
  type Trial,
  type Writing,
} from './kernel'
import { powerOver } from './reduction'

type RowOp = AppliedOf<'softmax'> | AppliedOf<'logSoftmax'> | AppliedOf<'crossEntropy'>

/**
 * Softmax, its logarithm and cross-entropy of one and the same input, in one pass: the largest of a row and the sum
 * of exp(x - largest) serve them all.
 */
export class RowsKernel implements Kernel {
  readonly kind = 'rows'
  readonly anchors: Value[] = []
  readonly finished: Value[] = []
  readonly flops = 0
  readonly name: string
  readonly input: Value
  private readonly ofElements: Value[] = []
  private readonly leading: Shape
  private readonly columns: number

  constructor(value: Value, node: RowOp) {
    this.input = node.inputs[0]
    this.leading = this.input.shape.slice(0, -1)
    this.columns = this.input.shape[this.input.shape.length - 1]
    this.name = `${labelOf(this.input)}_${node.op}`
    this.add(value)
  }

  /** Another op of the same input. */
  add(value: Value) {
    this.anchors.push(value)
  }

  take(value: Value, trial: Trial): boolean {
    const elements = piecesOf(value, this.input.shape) === 1
    const domain = elements ? this.elements : this.rows
    if (!takeElement(this.finished, domain, value, trial)) return false
    if (elements) this.ofElements.push(value)
    return true
  }

  private get elements(): Domain {
    const index = [...this.rows.index, atomIndex({ text: 'c', size: this.columns })]
    return { shape: this.input.shape, index, local: (value, at) => this.element(value, at, index) }
  }

  private get rows(): Domain {
    const index = unflat(atomIndex({ text: 'row', size: sizeOf(this.leading) }), this.leading)
    return { shape: this.leading, index, local: this.row }
  }

  private element(value: Value, at: readonly Index[], index: readonly Index[]): string | null {
    const { source } = value
    if (source.kind !== 'apply' || !this.anchors.includes(value) || !sameIndex(at, index)) return null
    if (source.op === 'softmax') return '(exp(x - largest) / total)'
    return source.op === 'logSoftmax' ? '(x - largest - log(total))' : null
  }

  private readonly row = (value: Value, at: readonly Index[]): string | null => {
    const { source } = value
    if (source.kind !== 'apply' || source.op !== 'crossEntropy' || !this.anchors.includes(value)) return null
    return sameIndex(at, this.rows.index) ? `loss_${this.anchors.indexOf(value)}` : null
  }

  write(writing: Writing, stores: readonly Store[], name: string): KernelText {
    const rows = sizeOf(this.leading)
    const lanes = Math.min(THREADS, powerOver(this.columns))
    const perGroup = THREADS / lanes
    const whole = rows % perGroup === 0
    const { elements } = this
    const emitter = writing.emitter((value, at) => elements.local(value, at) ?? this.row(value, at))
    const line = (text: string) => emitter.line(text)
    const inRow = (body: () => void) => {
      if (whole) emitter.block('', body)
      else emitter.block(`if (row < ${rows}u)`, body)
    }
    const along = (body: () => void) =>
      inRow(() => emitter.block(`for (var c = lane; c < ${this.columns}u; c += ${lanes}u)`, body))
    const x = () => emitter.read(this.input, this.elements.index)
    line(`let lane = local % ${lanes}u;`)
    line(`let row = group * ${perGroup}u + local / ${lanes}u;`)
    line('var largest = -3.4028234e38f;')
    along(() => line(`largest = max(largest, ${x()});`))
    all(line, 'largest', lanes, (other) => `max(largest, ${other})`)
    line('var total = 0f;')
    along(() => line(`total += exp(${x()} - largest);`))
    all(line, 'total', lanes, (other) => `total + ${other}`)
    const isElement = ({ value }: Store) => this.isElement(value)
    const ofElements = stores.filter(isElement)
    if (ofElements.length > 0) {
      along(() => {
        line(`let x = ${x()};`)
        writeStores(emitter, this.elements, ofElements)
      })
    }
    const ofRows = stores.filter((store) => !isElement(store))
    if (ofRows.length > 0) {
      emitter.block(`if (lane == 0u${whole ? '' : ` && row < ${rows}u`})`, () => {
        this.anchors.forEach((value, i) => this.loss(emitter, value, i))
        writeStores(emitter, this.rows, ofRows)
      })
    }
    const functions = functionText(`${name}(group: u32, local: u32)`, emitter.lines)
    return { name, functions, groups: ceilDiv(rows, perGroup), shared: THREADS }
  }

  /** log Σ exp(x) - x at the target */
  private loss(emitter: ReturnType<Writing['emitter']>, { source }: Value, i: number) {
    if (source.kind !== 'apply' || source.op !== 'crossEntropy') return
    const target = emitter.read(source.inputs[1], this.rows.index)
    const column = emitter.let(`min(u32(${target}), ${this.columns - 1}u)`, 'target')
    const at = [...this.rows.index, atomIndex({ text: column, size: this.columns })]
    emitter.line(`let loss_${i} = log(total) + largest - ${emitter.read(this.input, at)};`)
  }

  private isElement(value: Value): boolean {
    const { source } = value
    if (this.anchors.includes(value)) return source.kind === 'apply' && source.op !== 'crossEntropy'
    return this.ofElements.includes(value)
  }
}

/** Brings what every lane of a row holds together, for all of them, in a tree. */
function all(line: (text: string) => void, name: string, lanes: number, combine: (other: string) => string) {
  if (lanes === 1) return
  line('workgroupBarrier();')
  line(`shared_f32[local] = ${name};`)
  for (let by = lanes / 2; by >= 1; by /= 2) {
    line('workgroupBarrier();')
    line(`if (lane < ${by}u) {`)
    line(`  ${name} = ${combine(`shared_f32[local + ${by}u]`)};`)
    line(`  shared_f32[local] = ${name};`)
    line('}')
  }
  line('workgroupBarrier();')
  line(`${name} = shared_f32[local - lane];`)
}
