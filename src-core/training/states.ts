import { UnrollError } from '../errors'
import type { Engine } from '../graph/engine'
import type { Program, ProgramState } from '../graph/program'
import { formatShape, sameShape, type Tensor } from '../graph/tensor'

/** The values of all states of a program. */
export async function readStates(engine: Engine, program: Program): Promise<Map<string, Tensor>> {
  const tensors = new Map<string, Tensor>()
  for (const { name } of program.states) tensors.set(name, await engine.read(name))
  return tensors
}

/** The values of what a program learns: parameters and statistics. */
export async function readLearned(engine: Engine, program: Program): Promise<Map<string, Tensor>> {
  return readStates(engine, { ...program, states: program.states.filter(isLearned) })
}

/**
 * Gives every state of a program its saved value; where one does not fit, none is written.
 * @throws UnrollError `checkpoint-mismatch`
 */
export async function writeStates(
  engine: Engine,
  program: Program,
  tensors: ReadonlyMap<string, Tensor>,
): Promise<void> {
  await write(engine, fittingValues(program.states, tensors))
}

/**
 * Gives a program that does not train what a checkpoint has learned: parameters and statistics. What it carries is
 * its own.
 * @throws UnrollError `checkpoint-mismatch`
 */
export async function writeLearned(
  engine: Engine,
  program: Program,
  tensors: ReadonlyMap<string, Tensor>,
): Promise<void> {
  await write(engine, fittingValues(program.states.filter(isLearned), tensors))
}

/** That a checkpoint has all that a program needs. @throws UnrollError `checkpoint-mismatch` */
export function checkStates(program: Program, tensors: ReadonlyMap<string, Tensor>): void {
  fittingValues(program.states, tensors)
}

function isLearned({ role }: ProgramState): boolean {
  return role === 'parameter' || role === 'statistic'
}

async function write(engine: Engine, values: readonly (readonly [string, Tensor])[]): Promise<void> {
  for (const [name, tensor] of values) await engine.write(name, tensor)
}

function fittingValues(
  states: readonly ProgramState[],
  tensors: ReadonlyMap<string, Tensor>,
): [string, Tensor][] {
  return states.map(({ name, variable }) => {
    const tensor = tensors.get(name)
    if (!tensor) throw mismatch(`has no "${name}"`)
    if (tensor.dtype !== variable.dtype || !sameShape(tensor.shape, variable.shape)) {
      throw mismatch(
        `holds "${name}" as ${tensor.dtype} ${formatShape(tensor.shape)}, the network as ${variable.dtype} ${formatShape(variable.shape)}`,
      )
    }
    return [name, tensor]
  })
}

export function allFinite(tensors: Iterable<Tensor>): boolean {
  for (const { dtype, data } of tensors) {
    if (dtype !== 'float32') continue
    for (const value of data) if (!Number.isFinite(value)) return false
  }
  return true
}

function mismatch(what: string): UnrollError {
  return new UnrollError(
    'checkpoint-mismatch',
    `The checkpoint ${what}.`,
    'Use a checkpoint of the same architecture, made by this version of Unroll.',
  )
}
