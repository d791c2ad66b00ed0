import type { Program, ProgramInput, ProgramState, RandomFill, StateRole } from '../graph/program'
import { optimize } from '../graph/rewrites/optimize'
import type { DType, Shape } from '../graph/tensor'
import { variable, type Variable } from '../graph/variable'

/** Collects what a program needs while its computation is described. */
export class ProgramBuilder {
  readonly #inputs = new Map<string, ProgramInput>()
  readonly #states = new Map<string, ProgramState>()
  readonly #updates: Record<string, Variable> = {}

  /** The input of this name, made when it is first asked for. */
  input(name: string, dtype: DType, shape: Shape, random?: RandomFill): Variable {
    const known = this.#inputs.get(name)
    if (known) return known.variable
    const made = variable(name, dtype, shape)
    this.#inputs.set(name, { name, variable: made, ...(random ? { random } : {}) })
    return made
  }

  /** The state of this name, made when it is first asked for. */
  state(name: string, shape: Shape, role: StateRole): Variable {
    const known = this.#states.get(name)
    if (known) return known.variable
    const made = variable(name, 'float32', shape)
    this.#states.set(name, { name, variable: made, role })
    return made
  }

  update(name: string, next: Variable): void {
    this.#updates[name] = next
  }

  states(role: StateRole): ProgramState[] {
    return [...this.#states.values()].filter((state) => state.role === role)
  }

  /**
   * The program, rewritten to have less to do.
   * @param more states that were made elsewhere, such as an optimiser's.
   */
  build(
    name: string,
    outputs: Readonly<Record<string, Variable>>,
    more: readonly ProgramState[] = [],
  ): Program {
    return optimize({
      name,
      inputs: [...this.#inputs.values()],
      states: [...this.#states.values(), ...more],
      outputs,
      updates: this.#updates,
    })
  }
}
