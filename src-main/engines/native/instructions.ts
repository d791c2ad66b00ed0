import type { Precision } from '../../../src-core/graph/engine'

/**
 * What a program is lowered to: a flat list of instructions over buffers, which `encode.ts` writes as words and
 * `src-native/src/program` reads. Offsets, strides and lengths count words of four bytes; float32 and int32 stand
 * as they are, bool as float32 0 and 1. Every thread runs the same list and divides each instruction's work.
 */
export interface Buffer {
  /** For people: the name of what lies in it. */
  readonly name: string
  readonly length: number
  /** The engine's state that it is, or null for room in the arena. */
  readonly state: string | null
}

/** A place in a buffer; `step` words are added for each step of the loop around the instruction. */
export interface Place {
  readonly buffer: Buffer
  readonly offset: number
  readonly step: number
}

/** Rows of contiguous columns; a stride of 0 is one row for all, for reading only. */
export interface Matrix extends Place {
  readonly stride: number
}

/** What a product is added to: nothing, a matrix (its own result too), or rows of a table. */
export type Init =
  | { readonly kind: 'none' }
  | { readonly kind: 'matrix'; readonly matrix: Matrix }
  | { readonly kind: 'gathered'; readonly index: Place; readonly table: Matrix; readonly rows: number }

/**
 * At which turns of the loop around it a product is made: not at the first, where a is zero and c is what the product
 * is added to; not at the last, after which nothing reads c.
 */
export type Turns = 'all' | 'afterFirst' | 'beforeLast'

export interface Loop {
  readonly op: 'loop'
  readonly length: number
  readonly reverse: boolean
  /** Rows of the batch, each thread's run from the first step to the last; 0 where instructions need one another's. */
  readonly rows: number
  readonly body: readonly Instruction[]
}

/** A matrix [k, n] into panels as the product's kernel reads them. */
export interface Pack {
  readonly op: 'pack'
  readonly precision: Precision
  readonly k: number
  readonly n: number
  readonly source: Place
  readonly rowStride: number
  readonly columnStride: number
  readonly target: Place
}

/** c [m, n] = init + a [m, k] · b, packed. */
export interface Product {
  readonly op: 'product'
  readonly precision: Precision
  readonly m: number
  readonly n: number
  readonly k: number
  readonly a: Matrix
  readonly b: Place
  readonly c: Matrix
  readonly init: Init
  readonly turns: Turns
}

/** The same with b as it lies, for few rows. */
export interface Direct extends Omit<Product, 'op' | 'precision'> {
  readonly op: 'direct'
  readonly rowStride: number
  readonly columnStride: number
}

/** For each left operand a [k, m]: c [m, n] = aᵀ·b, with b [k, n]; without an `a` the sum of b's rows. */
export interface Gradient {
  readonly op: 'gradient'
  readonly precision: Precision
  readonly k: number
  readonly n: number
  readonly b: Matrix
  readonly lefts: readonly { readonly m: number; readonly a: Matrix | null; readonly c: Matrix }[]
}

export interface Operand extends Place {
  readonly strides: readonly [s0: number, s1: number, column: number]
  readonly read: boolean
  readonly written: boolean
  readonly int: boolean
  /** Row r lies at index[r] · s1. */
  readonly gathered: { readonly index: Place; readonly rows: number } | null
}

/** One operation of a chain: registers are the operands, then the scratch tiles. */
export interface ChainStep {
  readonly op: ChainOp
  readonly target: number
  /** Registers, or `CONSTANT`. */
  readonly sources: readonly number[]
  /** Bits of the constant. */
  readonly constant: number
}

/** An element-wise program over d0 · d1 rows of columns. */
export interface Chain {
  readonly op: 'chain'
  readonly domain: readonly [d0: number, d1: number, columns: number]
  readonly operands: readonly Operand[]
  readonly scratch: number
  readonly steps: readonly ChainStep[]
}

export interface CrossEntropy {
  readonly op: 'crossEntropy'
  readonly rows: number
  readonly classes: number
  readonly logits: Matrix
  readonly targets: Place
  readonly losses: Place | null
  readonly softmax: Matrix | null
  readonly gradient: { readonly matrix: Matrix; readonly scale: Place; readonly stride: number } | null
}

export interface Softmax {
  readonly op: 'softmax'
  readonly rows: number
  readonly classes: number
  readonly x: Matrix
  readonly y: Matrix
  readonly log: boolean
}

/** x [outer, n, inner] to y [outer, inner]. */
export interface Reduce {
  readonly op: 'reduce'
  readonly kind: 'sum' | 'max' | 'argmax'
  readonly outer: number
  readonly n: number
  readonly inner: number
  readonly x: Place
  readonly y: Place
}

export interface Gather {
  readonly op: 'gather'
  readonly n: number
  readonly columns: number
  readonly index: Place
  readonly table: Matrix
  readonly rows: number
  readonly y: Matrix
}

export interface ScatterAdd {
  readonly op: 'scatterAdd'
  readonly n: number
  readonly columns: number
  readonly index: Place
  readonly x: Matrix
  readonly y: Matrix
  readonly rows: number
}

export interface OneHot {
  readonly op: 'oneHot'
  readonly n: number
  readonly depth: number
  readonly index: Place
  readonly y: Matrix
}

export interface Copy {
  readonly op: 'copy'
  readonly sizes: readonly number[]
  readonly source: Place
  readonly sourceStrides: readonly number[]
  readonly target: Place
  readonly targetStrides: readonly number[]
}

export interface Fill {
  readonly op: 'fill'
  readonly count: number
  readonly target: Place
  readonly word: number
}

export type Instruction =
  | Loop
  | Pack
  | Product
  | Direct
  | Gradient
  | Chain
  | CrossEntropy
  | Softmax
  | Reduce
  | Gather
  | ScatterAdd
  | OneHot
  | Copy
  | Fill

/** A lowered program before its buffers have their places in the arena. */
export interface InstructionList {
  readonly inputs: readonly Buffer[]
  readonly outputs: readonly Buffer[]
  readonly constants: ReadonlyMap<Buffer, Uint32Array>
  readonly instructions: readonly Instruction[]
}

/** Numbers of the instructions in the encoded program. */
export const OPCODES: Readonly<Record<Instruction['op'], number>> = {
  loop: 1,
  pack: 2,
  product: 3,
  direct: 4,
  gradient: 5,
  chain: 6,
  crossEntropy: 7,
  softmax: 8,
  reduce: 9,
  gather: 10,
  scatterAdd: 11,
  oneHot: 12,
  copy: 13,
  fill: 14,
}

/** Numbers of the instructions that multiply bfloat16. */
export const OPCODES_BFLOAT16 = { pack: 16, product: 17, gradient: 18 } as const

/** In the place of a source register: the operation's constant. */
export const CONSTANT = 0xffffffff

/** Registers of a chain at most, operands and scratch tiles together. */
export const MOST_REGISTERS = 32

/** Numbers of a chain's operations, on registers a, b and c. */
export const CHAIN_OPS = {
  add: 1,
  subtract: 2,
  multiply: 3,
  divide: 4,
  /** NaN wins. */
  maximum: 5,
  minimum: 6,
  greater: 7,
  equal: 8,
  /** of words */
  equalInt: 9,
  /** a ≠ 0 ? b : c, of words */
  select: 10,
  negate: 11,
  exp: 12,
  log: 13,
  sqrt: 14,
  abs: 15,
  sign: 16,
  tanh: 17,
  sigmoid: 18,
  hardSigmoid: 19,
  relu: 20,
  copy: 21,
  constant: 22,
  /** a·b + c */
  fma: 23,
  /** c - a·b */
  fnma: 24,
  /** float32 to int32, truncated */
  toInt: 25,
  fromInt: 26,
  toBool: 27,
  intToBool: 28,
  /** a > 0 ? b : 0 */
  gtz: 29,
  /** a·b·(c - c²) */
  mulDSigmoid: 30,
  /** a·(1 - b²) */
  mulDTanh: 31,
  /** a·(1 - b²) + c */
  fmaDTanh: 32,
  /** a·(b - b²) */
  mulDSigmoid1: 33,
  /** a + b·(c - a) */
  lerp: 34,
  /** of words as int32 */
  greaterInt: 35,
} as const

export type ChainOp = keyof typeof CHAIN_OPS
