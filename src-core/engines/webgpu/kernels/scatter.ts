import { sizeOf } from '../../../graph/tensor'
import { atomIndex, textOf, unflat } from '../indices'
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

/**
 * Rows added up where data says: the gradient of a look-up. Each row of the result goes through all indices and
 * takes what is its own, so nothing is written by two threads and the order of the sum is always the same.
 */
export class ScatterKernel implements Kernel {
  readonly kind = 'scatter'
  readonly anchors: readonly Value[]
  readonly finished: Value[] = []
  readonly flops = 0
  readonly name: string
  private readonly domain: Domain

  constructor(
    private readonly result: Value,
    private readonly node: AppliedOf<'scatterAdd'>,
  ) {
    this.anchors = [result]
    this.name = `${labelOf(node.inputs[1])}_by_row`
    this.domain = domainOfResult(result, 'i', 'total')
  }

  take(value: Value, trial: Trial): boolean {
    return takeElement(this.finished, this.domain, value, trial)
  }

  write(writing: Writing, stores: readonly Store[], name: string): KernelText {
    const [index, values] = this.node.inputs
    const size = sizeOf(this.result.shape)
    const count = sizeOf(index.shape)
    const emitter = writing.emitter(this.domain.local)
    const [row, column] = this.domain.index
    emitter.line(`let i = group * ${THREADS}u + local;`)
    if (size % THREADS !== 0) emitter.line(`if (i >= ${size}u) { return; }`)
    emitter.line('var total = 0f;')
    emitter.block(`for (var s = 0u; s < ${count}u; s++)`, () => {
      const at = unflat(atomIndex({ text: 's', size: count }), index.shape)
      const own = emitter.read(index, at)
      emitter.block(`if (u32(${own}) == ${textOf(row)})`, () =>
        emitter.line(`total += ${emitter.read(values, [...at, column])};`),
      )
    })
    writeStores(emitter, this.domain, stores)
    const functions = functionText(`${name}(group: u32, local: u32)`, emitter.lines)
    return { name, functions, groups: ceilDiv(size, THREADS), shared: 0 }
  }
}
