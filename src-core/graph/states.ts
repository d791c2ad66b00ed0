import { UnrollError } from '../errors'
import type { Program, ProgramInput } from './program'
import { formatShape, sameShape, sizeOf, type DType, type Shape, type Tensor } from './tensor'

interface StateType {
  readonly dtype: DType
  readonly shape: Shape
}

/**
 * The states of one engine by name, with what every engine checks of them. `S` is what the engine keeps a
 * state in.
 */
export class States<S extends StateType> {
  private readonly byName = new Map<string, S>()

  constructor(private readonly create: (type: StateType) => S) {}

  /** Makes room for the states of a program that are not there yet. @throws UnrollError `state-conflict` */
  declare(program: Program): void {
    for (const { name, variable } of program.states) {
      const known = this.byName.get(name)
      if (!known) this.byName.set(name, this.create({ dtype: variable.dtype, shape: variable.shape }))
      else if (known.dtype !== variable.dtype || !sameShape(known.shape, variable.shape)) {
        throw new UnrollError(
          'state-conflict',
          `${program.name} has ${name} as ${formatShape(variable.shape)}, another program as ${formatShape(known.shape)}.`,
          'Compile programs of one network on one engine.',
        )
      }
    }
  }

  /** @throws UnrollError `unknown-state` */
  get(name: string): S {
    const state = this.byName.get(name)
    if (state) return state
    throw new UnrollError(
      'unknown-state',
      `No compiled program has a state ${name}.`,
      'Compile the program first.',
    )
  }

  /** @throws UnrollError `unknown-state` or `shape-mismatch` */
  fitting(name: string, value: Tensor): S {
    const state = this.get(name)
    check(name, state, value)
    return state
  }
}

/** @throws UnrollError `missing-input`, or `shape-mismatch` with both shapes. */
export function checkInput(
  { name, variable }: ProgramInput,
  inputs: Readonly<Record<string, Tensor>>,
): Tensor {
  if (!Object.hasOwn(inputs, name)) {
    throw new UnrollError(
      'missing-input',
      `The program needs its input ${name}.`,
      'Give a tensor for every input.',
    )
  }
  check(name, variable, inputs[name])
  return inputs[name]
}

function check(name: string, expected: StateType, given: Tensor) {
  if (
    expected.dtype === given.dtype &&
    sameShape(expected.shape, given.shape) &&
    given.data.length === sizeOf(given.shape)
  )
    return
  throw new UnrollError(
    'shape-mismatch',
    `${name} is ${expected.dtype}${formatShape(expected.shape)}, and ${given.dtype}${formatShape(given.shape)} of ${given.data.length} elements was given.`,
    'Give it a value of its own shape.',
  )
}
