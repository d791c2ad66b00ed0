import type { Variable as TfVariable } from '@tensorflow/tfjs-core'
import type { Compiled, Engine } from '../../../src-core/graph/engine'
import type { Program } from '../../../src-core/graph/program'
import { States } from '../../../src-core/graph/states'
import type { DType, Shape, Tensor } from '../../../src-core/graph/tensor'
import type { Lowerings, TensorFlow } from './lowering'
import { dataOf, ProgramPlan, tensorOf } from './program-plan'

interface Held {
  readonly dtype: DType
  readonly shape: Shape
  /** Stays on the device; a step hands it the tensor that it made. */
  readonly variable: TfVariable
}

export interface TensorFlowDevice {
  /** For people: "CPU, 2 threads". */
  readonly device: string
  readonly threads: number
}

/** Programs op by op through TensorFlow.js, on whichever backend it is set to. */
export class TensorFlowEngine implements Engine {
  readonly name = 'tensorflow'
  readonly device: string
  readonly threads: number
  private readonly held = new Set<Held>()
  private readonly plans = new Set<ProgramPlan>()
  private readonly states = new States<Held>(({ dtype, shape }) => {
    const variable = this.tf.tidy(() => this.tf.variable(this.tf.zeros([...shape], dtype), false))
    const state = { dtype, shape, variable }
    this.held.add(state)
    return state
  })

  constructor(
    private readonly tf: TensorFlow,
    private readonly table: Lowerings,
    { device, threads }: TensorFlowDevice,
  ) {
    this.device = device
    this.threads = threads
  }

  async compile(program: Program): Promise<Compiled> {
    this.states.declare(program)
    const plan = new ProgramPlan(this.tf, this.table, program, (name) => this.states.get(name).variable)
    this.plans.add(plan)
    return { run: (inputs) => plan.run(inputs), dispose: async () => this.drop(plan) }
  }

  async read(state: string): Promise<Tensor> {
    const { dtype, shape, variable } = this.states.get(state)
    const data = await dataOf(variable)
    return { dtype, shape, data: data.slice() }
  }

  async write(state: string, value: Tensor): Promise<void> {
    const { variable } = this.states.fitting(state, value)
    const tensor = tensorOf(this.tf, value)
    variable.assign(tensor)
    tensor.dispose()
  }

  async dispose(): Promise<void> {
    for (const plan of this.plans) this.drop(plan)
    for (const { variable } of this.held) variable.dispose()
    this.held.clear()
  }

  private drop(plan: ProgramPlan) {
    if (this.plans.delete(plan)) plan.dispose()
  }
}
