import {
  CHAIN_OPS,
  OPCODES,
  OPCODES_BFLOAT16,
  type Buffer,
  type Init,
  type Instruction,
  type Matrix,
  type Operand,
  type Place,
} from './instructions'
import type { Layout } from './layout'

const MAGIC = 0x554e524c
const VERSION = 2
const ABSENT = [0xffffffff, 0, 0]
const TURNS = { all: 0, afterFirst: 1, beforeLast: 2 } as const
const REDUCE_KINDS = { sum: 0, max: 1, argmax: 2 } as const

/**
 * A laid out program as words, as `src-native/src/program/format.rs` describes them.
 * @param stateIndex the engine's index of a state.
 */
export function encode(layout: Layout, stateIndex: (name: string) => number): Uint32Array {
  const { list } = layout
  const ids = new Map([...layout.offsets.keys()].map((buffer, id) => [buffer, id]))
  const idOf = (buffer: Buffer): number => {
    const id = ids.get(buffer)
    if (id === undefined) throw new Error(`The buffer ${buffer.name} has no place.`)
    return id
  }
  const words: number[] = [MAGIC, VERSION, layout.length, layout.offsets.size]
  for (const [buffer, offset] of layout.offsets)
    words.push(...(buffer.state === null ? [0, offset] : [1, stateIndex(buffer.state)]), buffer.length)
  words.push(list.inputs.length, ...list.inputs.map(idOf))
  words.push(list.outputs.length, ...list.outputs.map(idOf))
  words.push(list.constants.size)
  for (const [buffer, data] of list.constants) {
    words.push(idOf(buffer))
    for (const word of data) words.push(word)
  }
  const flat = flatten(list.instructions)
  words.push(flat.length)
  const bodyOf = bodies(idOf)
  for (const instruction of flat) {
    const body = bodyOf(instruction)
    words.push(opcodeOf(instruction), body.length)
    for (const word of body) words.push(word)
  }
  return Uint32Array.from(words)
}

function opcodeOf(each: Instruction): number {
  const rounded = 'precision' in each && each.precision === 'bfloat16'
  return rounded ? OPCODES_BFLOAT16[each.op] : OPCODES[each.op]
}

/** The instructions in the order in which they are encoded: a loop, then its body. */
export function flatten(instructions: readonly Instruction[]): Instruction[] {
  return instructions.flatMap((each) => (each.op === 'loop' ? [each, ...each.body] : [each]))
}

function bodies(idOf: (buffer: Buffer) => number): (instruction: Instruction) => readonly number[] {
  const place = ({ buffer, offset, step }: Place) => [idOf(buffer), offset, step]
  const placeOrNot = (each: Place | null) => (each ? place(each) : ABSENT)
  const matrix = (each: Matrix) => [...place(each), each.stride]
  const matrixOrNot = (each: Matrix | null) => (each ? matrix(each) : [...ABSENT, 0])
  const initial = (init: Init) => {
    if (init.kind === 'none') return [0]
    if (init.kind === 'matrix') return [1, ...matrix(init.matrix)]
    return [2, ...place(init.index), ...matrix(init.table), init.rows]
  }
  const operand = ({ strides, read, written, int, gathered, ...at }: Operand) => [
    ...place(at),
    ...strides,
    Number(read) + 2 * Number(written) + 4 * Number(int) + 8 * Number(gathered !== null),
    ...(gathered ? [...place(gathered.index), gathered.rows] : []),
  ]
  return (each) => {
    switch (each.op) {
      case 'loop':
        return [each.length, Number(each.reverse), each.rows, each.body.length]
      case 'pack':
        return [
          each.k,
          each.n,
          ...place(each.source),
          each.rowStride,
          each.columnStride,
          ...place(each.target),
        ]
      case 'product':
        return [
          each.m,
          each.n,
          each.k,
          ...matrix(each.a),
          ...place(each.b),
          ...matrix(each.c),
          ...initial(each.init),
          TURNS[each.turns],
        ]
      case 'direct': {
        const b = [...place(each.b), each.rowStride, each.columnStride]
        const into = [...matrix(each.c), ...initial(each.init), TURNS[each.turns]]
        return [each.m, each.n, each.k, ...matrix(each.a), ...b, ...into]
      }
      case 'gradient': {
        const lefts = each.lefts.flatMap(({ m, a, c }) => [
          ...(a ? [0, m, ...matrix(a)] : [1]),
          ...matrix(c),
          0,
        ])
        return [each.k, each.n, ...matrix(each.b), each.lefts.length, ...lefts]
      }
      case 'chain': {
        const steps = each.steps.flatMap(({ op, target, sources, constant }) => [
          CHAIN_OPS[op],
          target,
          ...[0, 1, 2].map((i) => sources[i] ?? 0),
          constant,
        ])
        const operands = each.operands.flatMap(operand)
        return [...each.domain, each.operands.length, ...operands, each.scratch, each.steps.length, ...steps]
      }
      case 'crossEntropy': {
        const { gradient } = each
        return [
          ...[each.rows, each.classes, ...matrix(each.logits), ...place(each.targets)],
          ...[
            ...placeOrNot(each.losses),
            ...matrixOrNot(each.softmax),
            ...matrixOrNot(gradient && gradient.matrix),
          ],
          ...[...placeOrNot(gradient && gradient.scale), gradient ? gradient.stride : 0],
        ]
      }
      case 'softmax':
        return [each.rows, each.classes, ...matrix(each.x), ...matrix(each.y), Number(each.log)]
      case 'reduce':
        return [REDUCE_KINDS[each.kind], each.outer, each.n, each.inner, ...place(each.x), ...place(each.y)]
      case 'gather':
        return [
          each.n,
          each.columns,
          ...place(each.index),
          ...matrix(each.table),
          each.rows,
          ...matrix(each.y),
        ]
      case 'scatterAdd':
        return [each.n, each.columns, ...place(each.index), ...matrix(each.x), ...matrix(each.y), each.rows]
      case 'oneHot':
        return [each.n, each.depth, ...place(each.index), ...matrix(each.y)]
      case 'copy': {
        const source = [...place(each.source), ...each.sourceStrides]
        return [each.sizes.length, ...each.sizes, ...source, ...place(each.target), ...each.targetStrides]
      }
      case 'fill':
        return [each.count, ...place(each.target), each.word]
    }
  }
}
