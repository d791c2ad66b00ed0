import {
  CONSTANT,
  type Chain,
  type Init,
  type Instruction,
  type InstructionList,
  type Matrix,
  type Place,
} from './instructions'

/** A list of instructions as text, one line each; a loop's body is indented under it. */
export function printInstructions({ inputs, outputs, constants, instructions }: InstructionList): string {
  return [
    `inputs ${inputs.map(({ name }) => name).join(', ') || 'none'}`,
    `outputs ${outputs.map(({ name }) => name).join(', ') || 'none'}`,
    ...(constants.size > 0 ? [`constants ${constants.size}`] : []),
    ...instructions.flatMap((each) => linesOf(each)),
  ].join('\n')
}

function linesOf(each: Instruction): string[] {
  if (each.op !== 'loop') return [instructionText(each)]
  return [instructionText(each), ...each.body.map((inner) => `  ${instructionText(inner)}`)]
}

/** One instruction in one line. */
function instructionText(each: Instruction): string {
  switch (each.op) {
    case 'loop': {
      const rows =
        each.rows > 0 ? `, ${each.rows} rows divided among threads` : ', a barrier after each instruction'
      return `LOOP ${each.length} steps${each.reverse ? ' backwards' : ''}${rows}`
    }
    case 'pack':
      return `PACK [${each.k}, ${each.n}] ${place(each.target)} = ${place(each.source)}${each.rowStride === 1 && each.columnStride !== 1 ? 'ᵀ' : ''}`
    case 'product':
    case 'direct':
      return `${each.op.toUpperCase()} [${each.m}, ${each.k}]·[${each.k}, ${each.n}] ${matrix(each.c)} = ${init(each.init)}${matrix(each.a)} · ${place(each.b)}${TURNS[each.turns]}`
    case 'gradient': {
      const lefts = each.lefts.map(({ m, a, c }) => `${matrix(c)} [${m}] = ${a ? `${matrix(a)}ᵀ` : 'ones'}`)
      return `GRADIENT [${each.k}, ${each.n}] ${lefts.join('; ')} · ${matrix(each.b)}`
    }
    case 'chain':
      return `CHAIN [${each.domain.join(', ')}] ${chainText(each)}`
    case 'crossEntropy': {
      const losses = each.losses ? ` losses ${place(each.losses)}` : ''
      const gradient = each.gradient
        ? ` gradient ${matrix(each.gradient.matrix)} · ${place(each.gradient.scale)}`
        : ''
      return `CROSS_ENTROPY [${each.rows}, ${each.classes}] ${matrix(each.logits)} at ${place(each.targets)}:${losses}${gradient}`
    }
    case 'softmax':
      return `SOFTMAX [${each.rows}, ${each.classes}]${each.log ? ' log' : ''} ${matrix(each.y)} = ${matrix(each.x)}`
    case 'reduce':
      return `REDUCE ${each.kind} [${each.outer}, ${each.n}, ${each.inner}] ${place(each.y)} = ${place(each.x)}`
    case 'gather':
      return `GATHER [${each.n}, ${each.columns}] ${matrix(each.y)} = ${matrix(each.table)}[${place(each.index)}]`
    case 'scatterAdd':
      return `SCATTER_ADD [${each.n}, ${each.columns}] ${matrix(each.y)}[${place(each.index)}] += ${matrix(each.x)}`
    case 'oneHot':
      return `ONE_HOT [${each.n}, ${each.depth}] ${matrix(each.y)} of ${place(each.index)}`
    case 'copy':
      return `COPY [${each.sizes.join(', ')}] ${place(each.target)} = ${place(each.source)}`
    case 'fill':
      return `FILL [${each.count}] ${place(each.target)}`
  }
}

/** An instruction in few words: what it is, its sizes and what it makes, or the weights that it works with. */
export function instructionLabel(each: Instruction): string {
  switch (each.op) {
    case 'pack':
      return `PACK [${each.k}, ${each.n}] ${each.target.buffer.name}`
    case 'product':
    case 'direct':
      return `${each.op.toUpperCase()} [${each.m}, ${each.k}]·[${each.k}, ${each.n}] ${each.a.buffer.name} · ${each.b.buffer.name}`
    case 'gradient':
      return `GRADIENT [${each.k}, ${each.n}] ${each.lefts.map(({ c }) => c.buffer.name).join(', ')}`
    case 'chain': {
      const made = each.operands.filter(({ written }) => written).map(({ buffer }) => buffer.name)
      const { length } = each.steps
      return `CHAIN [${each.domain.join(', ')}] ${length} ${length === 1 ? 'operation' : 'operations'} to ${[...new Set(made)].join(', ')}`
    }
    default:
      return instructionText(each)
  }
}

const TURNS = {
  all: '',
  afterFirst: ', not in the first turn',
  beforeLast: ', not in the last turn',
} as const

const place = ({ buffer, offset, step }: Place) => {
  const moving =
    step > 0 ? [offset > 0 ? `${offset} + ${step}t` : `${step}t`] : offset > 0 ? [`${offset}`] : []
  return moving.length > 0 ? `${buffer.name}@${moving.join('')}` : buffer.name
}

const matrix = (each: Matrix) => place(each)

function init(each: Init): string {
  if (each.kind === 'none') return ''
  return each.kind === 'matrix'
    ? `${matrix(each.matrix)} + `
    : `${matrix(each.table)}[${place(each.index)}] + `
}

function chainText({ operands, steps, scratch }: Chain): string {
  const names = operands.map(
    (operand) => place(operand) + (operand.gathered ? `[${place(operand.gathered.index)}]` : ''),
  )
  const texts = steps.map(({ op, target, sources, constant }) => {
    const from = sources.map((source) => (source === CONSTANT ? numberOf(constant) : registerText(source)))
    return `${registerText(target)}=${op}(${from.join(',')})`
  })
  function registerText(register: number): string {
    return register < operands.length ? `m${register}` : `t${register - operands.length}`
  }
  const memory = operands.map(
    ({ read, written }, i) => `m${i}${read ? '' : ' out'}${read && written ? ' in/out' : ''} ${names[i]}`,
  )
  return `${memory.join(', ')}; ${scratch} tiles: ${texts.join(' ')}`
}

function numberOf(bits: number): string {
  const word = new Uint32Array([bits])
  return String(Number(new Float32Array(word.buffer)[0].toPrecision(6)))
}
