import { UnrollError } from '../errors'
import { formatShape, sameShape } from './tensor'
import { createVariable, inputsOf, variable, type Variable } from './variable'

/**
 * A loop as a node of the graph. At each of `length` steps the body computes the `next` states and the
 * `collected` values from the step's `elements` (one slice of each sequence), the `states` and whatever of
 * the outer graph it `captured`. Its outputs are the final states and the stacked collected values.
 */
export class Scan {
  readonly kind = 'scan'
  readonly collected: Variable[] = []
  /** The states after the last step. */
  readonly final: readonly Variable[]
  /** For each collected value [...] all of them: [length, ...], at the index of their step. */
  readonly stacked: Variable[] = []
  private bodyOrNull: LoopBody | null = null

  constructor(
    readonly length: number,
    /** Runs from the last step to the first. */
    readonly reverse: boolean,
    /** Outer variables [length, ...]. */
    readonly sequences: readonly Variable[],
    readonly elements: readonly Variable[],
    readonly initial: readonly Variable[],
    readonly states: readonly Variable[],
    readonly next: readonly Variable[],
  ) {
    sequences.forEach(({ shape }, i) => {
      if (shape[0] === length && sameShape(shape.slice(1), elements[i].shape)) return
      throw loopError(`a sequence of shape ${formatShape(shape)} does not give ${length} steps`)
    })
    next.forEach(({ shape, dtype }, i) => {
      if (
        sameShape(shape, states[i].shape) &&
        sameShape(shape, initial[i].shape) &&
        dtype === states[i].dtype
      )
        return
      const shapes = [initial[i], next[i]].map((state) => formatShape(state.shape))
      throw loopError(`state ${i + 1} starts as ${shapes[0]} and becomes ${shapes[1]}`)
    })
    this.final = states.map(({ dtype, shape }) => createVariable(this, dtype, shape))
  }

  /**
   * The values of a variable of the body at every step: [length, ...]. Only ever adds an output, so it
   * changes nothing for those who hold this node.
   */
  collect(value: Variable): Variable {
    const known = this.collected.indexOf(value)
    if (known >= 0) return this.stacked[known]
    this.collected.push(value)
    this.bodyOrNull = null
    const stacked = createVariable(this, value.dtype, [this.length, ...value.shape])
    this.stacked.push(stacked)
    return stacked
  }

  get body(): LoopBody {
    return (this.bodyOrNull ??= findBody(this))
  }

  /** What the body uses of the outer graph, constants left out. */
  get captured(): readonly Variable[] {
    return this.body.captured
  }
}

export interface LoopBody {
  /** What changes from step to step, in an order in which it can be computed; without the placeholders. */
  readonly variables: readonly Variable[]
  readonly captured: readonly Variable[]
  /** True for what changes from step to step: the variables above, the elements and the states. */
  readonly has: (value: Variable) => boolean
}

function loopError(message: string): UnrollError {
  return new UnrollError(
    'shape',
    `scan: ${message}.`,
    'Give the loop sequences and states of fitting shapes.',
  )
}

function findBody({ elements, states, next, collected }: Scan): LoopBody {
  const placeholders = [...elements, ...states]
  // What was created before the placeholders cannot depend on them.
  const first = Math.min(...placeholders.map(({ id }) => id))
  const inside = new Map<Variable, boolean>(placeholders.map((placeholder) => [placeholder, true]))
  const reached = reach([...next, ...collected], (value) => value.id < first || inside.has(value))
  for (const value of reached) {
    if (!inside.has(value))
      inside.set(
        value,
        inputsOf(value.node).some((input) => inside.get(input) === true),
      )
  }
  const has = (value: Variable) => inside.get(value) === true
  const variables = reached.filter((value) => has(value) && !placeholders.includes(value))
  const used = [...next, ...collected, ...variables.flatMap(({ node }) => inputsOf(node))]
  const captured = new Set(used.filter((value) => !has(value) && value.node.kind !== 'constant'))
  return { variables, captured: [...captured], has }
}

/** Everything that the roots are computed from, oldest first; goes no further than where `stop` holds. */
export function reach(
  roots: readonly Variable[],
  stop: (value: Variable) => boolean = () => false,
): Variable[] {
  const found = new Set<Variable>(roots)
  for (const value of found) {
    if (stop(value)) continue
    for (const input of inputsOf(value.node)) found.add(input)
  }
  return [...found].sort((a, b) => a.id - b.id)
}

export interface ScanOptions {
  /** Number of steps; told by the sequences where there are any. */
  readonly length?: number
  /** From the last step to the first. */
  readonly reverse?: boolean
  /** Each [length, ...]; the step gets their elements [...]. */
  readonly sequences?: readonly Variable[]
  /** The states before the first step. */
  readonly initial?: readonly Variable[]
}

export interface ScanStep {
  /** The states after this step, as many as `initial`. */
  readonly next?: readonly Variable[]
  /** What to keep of every step. */
  readonly collect?: readonly Variable[]
}

/**
 * A loop: `step` is called once, with symbolic elements and states, and describes any one step. Variables of
 * the outer graph may be used in it as they are.
 * @returns the states after the last step, and each collected value stacked to [length, ...].
 */
export function scan(
  step: (elements: Variable[], states: Variable[]) => ScanStep,
  { length: given, reverse = false, sequences = [], initial = [] }: ScanOptions,
): { readonly final: readonly Variable[]; readonly collected: readonly Variable[] } {
  const length = given ?? sequences[0]?.shape[0]
  if (length === undefined || length < 1) throw loopError('it needs a sequence or a length of at least 1')
  const elements = sequences.map(({ dtype, shape, name }) =>
    variable(name ?? 'element', dtype, shape.slice(1)),
  )
  const states = initial.map(({ dtype, shape, name }) => variable(name ?? 'state', dtype, shape))
  const { next = [], collect = [] } = step(elements, states)
  if (next.length !== states.length)
    throw loopError(`${states.length} states go in and ${next.length} come out`)
  const node = new Scan(length, reverse, sequences, elements, initial, states, next)
  return { final: node.final, collected: collect.map((value) => node.collect(value)) }
}
