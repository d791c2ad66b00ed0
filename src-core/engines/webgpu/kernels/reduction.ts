import { sizeOf, type Shape } from '../../../graph/tensor'
import { atomIndex, constantIndex, unflat, type Index } from '../indices'
import type { AppliedOf, Value } from '../value'
import {
  ceilDiv,
  domainOfResult,
  functionText,
  labelOf,
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

type Reduction = AppliedOf<'sum'> | AppliedOf<'max'> | AppliedOf<'argmax'>

const START = { sum: '0f', max: '-3.4028234e38f', argmax: '-3.4028234e38f' }

/**
 * Sums and largest values along axes: some threads share each result, in a tree of one form, so that the same
 * numbers give the same bits. Neighbouring threads read neighbours in memory.
 */
export class ReductionKernel implements Kernel {
  readonly kind = 'reduction'
  readonly anchors: readonly Value[]
  readonly finished: Value[] = []
  readonly flops = 0
  readonly name: string
  private readonly axes: readonly number[]
  private readonly domain: Domain

  constructor(
    private readonly result: Value,
    private readonly node: Reduction,
  ) {
    this.anchors = [result]
    this.name = `${labelOf(node.inputs[0])}_${node.op}`
    this.axes = node.op === 'sum' ? node.attributes.axes : [node.attributes.axis]
    this.domain = domainOfResult(result, 'o', result.dtype === 'int32' ? 'i32(place)' : 'total')
  }

  take(value: Value, trial: Trial): boolean {
    return takeElement(this.finished, this.domain, value, trial)
  }

  write(writing: Writing, stores: readonly Store[], name: string): KernelText {
    const [input] = this.node.inputs
    const { shape } = this.result
    const results = sizeOf(shape)
    const count = sizeOf(this.axes.map((axis) => input.shape[axis]))
    const { across, lanes, acrossFirst } = this.layout(input.shape, results, count)
    const arg = this.node.op === 'argmax'
    const emitter = writing.emitter(this.domain.local)
    const line = (text: string) => emitter.line(text)
    line(`let lane = ${acrossFirst ? `local / ${across}u` : `local % ${lanes}u`};`)
    line(`let o = group * ${across}u + ${acrossFirst ? `local % ${across}u` : `local / ${lanes}u`};`)
    line(`var total = ${START[this.node.op]};`)
    if (arg) line('var place = 0u;')
    const index = this.inputIndex(input.shape, count)
    const sum = () => {
      emitter.block(`for (var r = lane; r < ${count}u; r += ${lanes}u)`, () => {
        const x = emitter.read(input, index)
        if (this.node.op === 'sum') line(`total += ${x};`)
        else if (arg) line(`if (${x} > total) { total = ${x}; place = r; }`)
        else line(`total = max(total, ${x});`)
      })
    }
    if (results % across === 0) sum()
    else emitter.block(`if (o < ${results}u)`, sum)
    if (lanes > 1) this.tree(line, acrossFirst ? across : 1, lanes, arg)
    const own = lanes > 1 ? ['lane == 0u'] : []
    if (results % across !== 0) own.push(`o < ${results}u`)
    const finish = () => writeStores(emitter, this.domain, stores)
    if (own.length > 0) emitter.block(`if (${own.join(' && ')})`, finish)
    else finish()
    const functions = functionText(`${name}(group: u32, local: u32)`, emitter.lines)
    const shared = lanes > 1 ? THREADS * (arg ? 2 : 1) : 0
    return { name, functions, groups: ceilDiv(results, across), shared }
  }

  /** How many results a workgroup makes, and how many threads make each. */
  private layout(shape: Shape, results: number, count: number) {
    // Where the last axis stays, neighbouring results lie beside one another in memory.
    const acrossFirst = !this.axes.includes(shape.length - 1) && (shape[shape.length - 1] ?? 1) > 1
    const lanes = acrossFirst
      ? Math.min(powerOver(count), THREADS / Math.min(32, powerOver(results)))
      : Math.min(powerOver(count), THREADS)
    return { across: THREADS / lanes, lanes, acrossFirst }
  }

  private inputIndex(shape: Shape, count: number): Index[] {
    const along = unflat(
      atomIndex({ text: 'r', size: count }),
      this.axes.map((axis) => shape[axis]),
    )
    let kept = 0
    return shape.map((_, axis) => {
      const at = this.axes.indexOf(axis)
      return at >= 0 ? along[at] : (this.domain.index[kept++] ?? constantIndex(0))
    })
  }

  private tree(line: (text: string) => void, pitch: number, lanes: number, arg: boolean) {
    const other = (by: number, start = 0) => `shared_f32[local + ${by * pitch + start}u]`
    line('shared_f32[local] = total;')
    if (arg) line(`shared_f32[local + ${THREADS}u] = f32(place);`)
    for (let by = lanes / 2; by >= 1; by /= 2) {
      line('workgroupBarrier();')
      line(`if (lane < ${by}u) {`)
      if (this.node.op === 'sum') line(`  total += ${other(by)};`)
      else if (!arg) line(`  total = max(total, ${other(by)});`)
      else {
        line(`  let rival = ${other(by)};`)
        line(`  let whereabouts = u32(${other(by, THREADS)});`)
        line(
          '  if (rival > total || (rival == total && whereabouts < place)) { total = rival; place = whereabouts; }',
        )
        line(`  shared_f32[local + ${THREADS}u] = f32(place);`)
      }
      line('  shared_f32[local] = total;')
      line('}')
    }
  }
}

/** The least power of two that is not below a count. */
export const powerOver = (count: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, count)))
