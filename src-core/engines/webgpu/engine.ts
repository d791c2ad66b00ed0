import type { Compiled, Engine } from '../../graph/engine'
import type { Program } from '../../graph/program'
import { States } from '../../graph/states'
import { sizeOf, type DType, type Shape, type Tensor } from '../../graph/tensor'
import { Buffers, WORD } from './buffers'
import { CompiledProgram } from './compiled'
import type { GpuDevice } from './gpu'
import { Health } from './health'
import { GPU_CHOICES, type Choices } from './choices'
import { lowerProgram } from './lower-program'
import { Readback } from './readback'
import { StateLayout } from './state-layout'
import { fromWords, toWords } from './words'

interface StateType {
  readonly dtype: DType
  readonly shape: Shape
}

/**
 * Programs as WGSL kernels on a GPU. States stay in the device's memory; a run submits one list of dispatches and
 * brings back the outputs and nothing else.
 */
export class WebGpuEngine implements Engine {
  readonly name = 'webgpu'
  readonly threads = 1
  /** Enough that the device has work while losses travel; more would only delay what the guard sees. */
  readonly ahead = 4
  private readonly states: States<StateType>
  private readonly layout = new StateLayout()
  private readonly buffers: Buffers
  private readonly readback: Readback
  private readonly programs = new Set<CompiledProgram>()
  private readonly health: Health

  /**
   * @param device its name for people, with the driver where that is known.
   * @param release drops what the device came from.
   */
  constructor(
    private readonly gpu: GpuDevice,
    readonly device: string,
    private readonly release: () => void = () => undefined,
    private readonly choices: Choices = GPU_CHOICES,
  ) {
    this.buffers = new Buffers(gpu)
    this.readback = new Readback(gpu)
    this.states = new States((type) => type)
    this.health = new Health(gpu)
  }

  async compile(program: Program): Promise<Compiled> {
    this.states.declare(program)
    for (const { name, variable } of program.states) this.layout.declare(name, variable.dtype, variable.shape)
    const lowered = lowerProgram(program, (name) => this.layout.region(name), this.choices)
    await this.health.allocate(() => {
      for (const [pool, size] of this.layout.sizes) this.buffers.reserve(pool, size)
    })
    const compiled = await CompiledProgram.create(
      this.gpu,
      program,
      lowered,
      this.buffers,
      this.readback,
      this.health,
    )
    this.programs.add(compiled)
    return compiled
  }

  async read(state: string): Promise<Tensor> {
    const { dtype, shape } = this.states.get(state)
    const region = this.layout.region(state)
    this.health.check()
    const encoder = this.gpu.createCommandEncoder()
    const buffer = this.buffers.get(region.pool)
    const size = sizeOf(shape) * WORD
    const read = this.readback.copy(encoder, [{ buffer, offset: region.offset * WORD, size }])
    this.gpu.queue.submit([encoder.finish()])
    const [words] = await this.health.arrived(read())
    return { dtype, shape, data: fromWords(words, dtype) }
  }

  async write(state: string, value: Tensor): Promise<void> {
    this.states.fitting(state, value)
    const region = this.layout.region(state)
    this.health.check()
    const words = toWords(value)
    this.gpu.queue.writeBuffer(this.buffers.get(region.pool), region.offset * WORD, words)
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.programs].map((program) => program.dispose()))
    this.programs.clear()
    this.readback.dispose()
    this.buffers.dispose()
    this.gpu.destroy()
    this.release()
  }
}
