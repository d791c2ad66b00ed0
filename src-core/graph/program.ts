import type { Variable } from './variable'

/** How the caller is to fill an input that is drawn at random, anew for every run of the program. */
export type RandomFill =
  | { readonly kind: 'uniform' } // in [0, 1)
  | { readonly kind: 'normal' } // mean 0, variance 1
  | { readonly kind: 'mask'; readonly keep: number } // 1/keep with probability keep, else 0

export interface ProgramInput {
  readonly name: string
  readonly variable: Variable
  readonly random?: RandomFill
}

/**
 * - `parameter`: a weight, learned by gradient
 * - `optimizer`: a moment or counter of the optimiser
 * - `carried`: activations that go from one batch to the next
 * - `statistic`: a moving mean or variance of batch normalisation
 */
export type StateRole = 'parameter' | 'optimizer' | 'carried' | 'statistic'

export interface ProgramState {
  readonly name: string
  readonly variable: Variable
  readonly role: StateRole
}

/**
 * What an engine compiles: a computation from inputs and states to outputs, and the states' next values.
 * A training step (forward, backward, optimiser) is one program.
 */
export interface Program {
  readonly name: string
  readonly inputs: readonly ProgramInput[]
  readonly states: readonly ProgramState[]
  readonly outputs: Readonly<Record<string, Variable>>
  /** Next values by the state's name; a state without one keeps its value. */
  readonly updates: Readonly<Record<string, Variable>>
}

/** What a program is to compute: all else in it is computed for these. */
export function rootsOf({ outputs, updates }: Program): Variable[] {
  return [...Object.values(outputs), ...Object.values(updates)]
}

/** The program with its outputs and updates rewritten, all together. */
export function rewriteRoots(
  program: Program,
  rewrite: (roots: readonly Variable[]) => readonly Variable[],
): Program {
  const outputs = Object.entries(program.outputs)
  const updates = Object.entries(program.updates)
  const roots = rewrite(rootsOf(program))
  return {
    ...program,
    outputs: Object.fromEntries(outputs.map(([name], i) => [name, roots[i]])),
    updates: Object.fromEntries(updates.map(([name], i) => [name, roots[outputs.length + i]])),
  }
}
