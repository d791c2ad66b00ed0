import type { Compiled, Engine, EngineProvider } from '../../graph/engine'
import { rootsOf, type Program } from '../../graph/program'
import { checkInput, States } from '../../graph/states'
import type { Tensor } from '../../graph/tensor'
import type { Variable } from '../../graph/variable'
import { blank, evaluate, wide } from './evaluate'

interface Held extends Pick<Tensor, 'dtype' | 'shape'> {
  value: Tensor
}

/** The ops' own implementations in float64, one after the other: the oracle of every test, not fast. */
class ReferenceEngine implements Engine {
  readonly name = 'reference'
  readonly device = 'CPU, float64, 1 thread'
  readonly threads = 1
  private readonly states = new States<Held>(({ dtype, shape }) => ({
    dtype,
    shape,
    value: blank(dtype, shape),
  }))

  async compile(program: Program): Promise<Compiled> {
    this.states.declare(program)
    return { run: async (inputs) => this.run(program, inputs), dispose: async () => undefined }
  }

  async read(state: string): Promise<Tensor> {
    const { dtype, shape, value } = this.states.get(state)
    return { dtype, shape, data: value.data.slice() }
  }

  async write(state: string, value: Tensor): Promise<void> {
    const { data, ...type } = wide(value)
    this.states.fitting(state, value).value = { ...type, data: data.slice() }
  }

  async dispose(): Promise<void> {
    // Nothing outside the garbage collector's reach is held.
  }

  private run(program: Program, inputs: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
    const given = new Map<Variable, Tensor>()
    for (const input of program.inputs) given.set(input.variable, wide(checkInput(input, inputs)))
    for (const { name, variable } of program.states) given.set(variable, this.states.get(name).value)
    const values = evaluate(rootsOf(program), given)
    const outputs = Object.keys(program.outputs)
    Object.keys(program.updates).forEach(
      (name, i) => (this.states.get(name).value = values[outputs.length + i]),
    )
    return Object.fromEntries(outputs.map((name, i) => [name, values[i]]))
  }
}

export const referenceProvider: EngineProvider = {
  name: 'reference',
  unavailable: async () => null,
  create: async () => new ReferenceEngine(),
}
