import type { AppliedOf, Value } from '../value'
import { atomIndex, constantIndex, shifted, type Index } from '../indices'
import type { Emitter } from '../emitter'
import { greatestDivisor } from './map'
import {
  ceilDiv,
  functionText,
  labelOf,
  piecesOf,
  sameIndex,
  SHARED,
  THREADS,
  writeStores,
  type Domain,
  type Kernel,
  type KernelText,
  type Store,
  type Trial,
  type Writing,
} from './kernel'
import { chooseTile, type Tile } from './tiles'

const MOST_PARTS = 8

/**
 * A · B, [M, K] · [K, N], through workgroup memory. Where what follows takes the columns in equal parts (an LSTM's
 * gates), a thread makes the same place in each of the parts, so that what follows can be done at once.
 */
export class ProductKernel implements Kernel {
  readonly kind = 'product'
  readonly anchors: readonly Value[]
  readonly finished: Value[] = []
  readonly flops: number
  readonly name: string
  private readonly rows: number
  private readonly depth: number
  private readonly columns: number
  /** N / parts */
  private width: number

  constructor(
    private readonly product: Value,
    private readonly node: AppliedOf<'matmul'>,
  ) {
    const [a, b] = node.inputs
    this.anchors = [product]
    ;[this.rows, this.columns] = product.shape
    this.depth = a.shape[node.attributes.transposeA ? 0 : 1]
    this.width = this.columns
    this.flops = 2 * this.rows * this.columns * this.depth
    this.name = `${labelOf(a)}_times_${labelOf(b)}`
  }

  take(value: Value, trial: Trial): boolean {
    const last = value.shape[value.shape.length - 1] ?? 1
    for (const width of new Set([this.width, greatestDivisor(this.width, last)])) {
      const parts = this.columns / width
      if (parts > MOST_PARTS || (width < 4 && width !== this.columns)) continue
      const domain = this.domain(width)
      const all = [...this.finished, value]
      if (all.some((each) => piecesOf(each, domain.shape) === 0) || !trial(domain, all)) continue
      this.width = width
      this.finished.push(value)
      return true
    }
    return false
  }

  private domain(width: number): Domain {
    const index = [atomIndex({ text: 'm', size: this.rows }), atomIndex({ text: 'n', size: width })]
    return {
      shape: [this.rows, width],
      index,
      local: (value, at) => {
        if (value !== this.product) return null
        for (let part = 0; part < this.columns / width; part++) {
          if (sameIndex(at, [index[0], shifted(index[1], part * width)])) return `p${part}`
        }
        return null
      },
    }
  }

  write(writing: Writing, stores: readonly Store[], name: string): KernelText {
    const { rows, width } = this
    const parts = this.columns / width
    const tile = chooseTile({ rows, width, parts, depth: this.depth }, writing.enoughGroups)
    const domain = this.domain(width)
    const finish = writing.emitter(domain.local)
    if (rows % tile.rows !== 0 || width % tile.columns !== 0)
      finish.line(`if (m >= ${rows}u || n >= ${width}u) { return; }`)
    writeStores(finish, domain, stores)
    const held = Array.from({ length: parts }, (_, part) => `p${part}: f32`)
    const finishText = functionText(`${name}_finish(m: u32, n: u32, ${held.join(', ')})`, finish.lines)
    const { text, shared } = this.main(writing, tile, parts, name)
    const groups = ceilDiv(rows, tile.rows) * ceilDiv(width, tile.columns)
    return { name, functions: `${finishText}\n${text}`, groups, shared }
  }

  private main(writing: Writing, tile: Tile, parts: number, name: string) {
    const { rows, width, depth } = this
    const { transposeA, transposeB } = this.node.attributes
    const { deep, perRow, perColumn, slices } = tile
    const [across, down] = [tile.columns / perColumn, tile.rows / perRow]
    const aPitch = tile.rows + 1
    const bPitch = tile.columns * parts + 1
    const bStart = deep * aPitch
    const emitter = writing.emitter(() => null)
    const line = (text: string) => emitter.line(text)
    const sums = grid(perRow, perColumn, parts)
    line(`let m_first = group / ${ceilDiv(width, tile.columns)}u * ${tile.rows}u;`)
    line(`let n_first = group % ${ceilDiv(width, tile.columns)}u * ${tile.columns}u;`)
    line(`let across = local % ${across}u;`)
    line(`let down = local / ${across}u % ${down}u;`)
    if (slices > 1) line(`let slice = local / ${across * down}u;`)
    for (const { name: sum } of sums) line(`var ${sum} = 0f;`)
    emitter.block(`for (var k_first = 0u; k_first < ${depth}u; k_first += ${deep}u)`, () => {
      // Neighbouring threads read neighbours in memory.
      this.load(emitter, 'm', tile.rows, rows, deep, !transposeA, (m, k) => {
        const x = emitter.read(this.node.inputs[0], transposeA ? [k, m] : [m, k])
        return [[`(k - k_first) * ${aPitch}u + m - m_first`, x]]
      })
      this.load(emitter, 'n', tile.columns, width, deep, transposeB, (n, k) =>
        Array.from({ length: parts }, (_, part) => {
          const column = shifted(n, part * width)
          const x = emitter.read(this.node.inputs[1], transposeB ? [column, k] : [k, column])
          return [`${bStart + part * tile.columns}u + (k - k_first) * ${bPitch}u + n - n_first`, x]
        }),
      )
      line('workgroupBarrier();')
      const start = slices > 1 ? 'slice' : '0u'
      emitter.block(`for (var k = ${start}; k < ${deep}u; k += ${slices}u)`, () => {
        for (let r = 0; r < perRow; r++) line(`let a${r} = shared_f32[k * ${aPitch}u + down + ${r * down}u];`)
        for (let part = 0; part < parts; part++) {
          for (let c = 0; c < perColumn; c++) {
            const at = bStart + part * tile.columns + c * across
            line(`let b${c}_${part} = shared_f32[${at}u + k * ${bPitch}u + across];`)
          }
        }
        for (const { name: sum, r, c, part } of sums) line(`${sum} = fma(a${r}, b${c}_${part}, ${sum});`)
      })
      line('workgroupBarrier();')
    })
    if (slices > 1) addSlices(line, sums, across * down, slices)
    const finish = () => finishAll(emitter, name, sums, tile, parts)
    if (slices > 1) emitter.block('if (slice == 0u)', finish)
    else finish()
    const text = functionText(`${name}(group: u32, local: u32)`, emitter.lines)
    const shared = Math.max(deep * (aPitch + bPitch), slices > 1 ? THREADS * sums.length : 0)
    if (shared > SHARED)
      throw new Error(`A product of ${rows} x ${width} x ${parts} takes too much workgroup memory.`)
    return { text, shared }
  }

  /** Brings a tile of a factor into workgroup memory; zeros where it reaches beyond the factor. */
  private load(
    emitter: Emitter,
    axis: 'm' | 'n',
    tile: number,
    size: number,
    deep: number,
    alongDepth: boolean,
    read: (place: Index, k: Index) => (readonly [string, string])[],
  ) {
    const fits = size % tile === 0 && this.depth % deep === 0
    emitter.block(`for (var i = local; i < ${tile * deep}u; i += ${THREADS}u)`, () => {
      const [minor, major] = alongDepth ? [`i % ${deep}u`, `i / ${deep}u`] : [`i / ${tile}u`, `i % ${tile}u`]
      emitter.line(`let k = k_first + ${minor};`)
      emitter.line(`let ${axis} = ${axis}_first + ${major};`)
      const put = () => {
        const place = size === 1 ? constantIndex(0) : atomIndex({ text: axis, size })
        const k = this.depth === 1 ? constantIndex(0) : atomIndex({ text: 'k', size: this.depth })
        return read(place, k)
      }
      if (fits) {
        put().forEach(([at, x]) => emitter.line(`shared_f32[${at}] = ${x};`))
        return
      }
      const places: string[] = []
      emitter.block(`if (${axis} < ${size}u && k < ${this.depth}u)`, () =>
        put().forEach(([at, x]) => {
          places.push(at)
          emitter.line(`shared_f32[${at}] = ${x};`)
        }),
      )
      emitter.block('else', () => places.forEach((at) => emitter.line(`shared_f32[${at}] = 0f;`)))
    })
  }
}

interface Sum {
  readonly name: string
  readonly r: number
  readonly c: number
  readonly part: number
}

function grid(perRow: number, perColumn: number, parts: number): Sum[] {
  const sums: Sum[] = []
  for (let r = 0; r < perRow; r++)
    for (let c = 0; c < perColumn; c++)
      for (let part = 0; part < parts; part++) sums.push({ name: `sum${r}_${c}_${part}`, r, c, part })
  return sums
}

/** Finishes each of a thread's results, in a loop: what follows a product may be long, and is then in the kernel once. */
function finishAll(emitter: Emitter, name: string, sums: readonly Sum[], tile: Tile, parts: number) {
  const { perRow, perColumn } = tile
  const call = (r: string, c: string, of: (part: number) => string) => {
    const place = `m_first + down + ${r}, n_first + across + ${c}`
    const own = Array.from({ length: parts }, (_, part) => of(part))
    emitter.line(`${name}_finish(${place}, ${own.join(', ')});`)
  }
  if (perRow * perColumn === 1) {
    call('0u', '0u', (part) => `sum0_0_${part}`)
    return
  }
  const [across, down] = [tile.columns / perColumn, tile.rows / perRow]
  emitter.line(`var sums = array<f32, ${sums.length}>(${sums.map((sum) => sum.name).join(', ')});`)
  emitter.block(`for (var i = 0u; i < ${perRow * perColumn}u; i++)`, () =>
    call(
      `i / ${perColumn}u * ${down}u`,
      `i % ${perColumn}u * ${across}u`,
      (part) => `sums[i * ${parts}u + ${part}u]`,
    ),
  )
}

/** Threads that share a result each summed some of its terms: the first adds them up, always in the same order. */
function addSlices(line: (text: string) => void, sums: readonly Sum[], threads: number, slices: number) {
  const at = (slice: number, i: number) => `shared_f32[local + ${slice * threads + i * THREADS}u]`
  sums.forEach(({ name }, i) => line(`${at(0, i)} = ${name};`))
  line('workgroupBarrier();')
  line('if (slice == 0u) {')
  sums.forEach(({ name }, i) => {
    for (let slice = 1; slice < slices; slice++) line(`  ${name} += ${at(slice, i)};`)
  })
  line('}')
}
