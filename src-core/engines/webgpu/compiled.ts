import { UnrollError } from '../../errors'
import type { Compiled } from '../../graph/engine'
import type { Program } from '../../graph/program'
import { checkInput } from '../../graph/states'
import type { Tensor } from '../../graph/tensor'
import { createStorage, WORD, type Buffers } from './buffers'
import type { DeviceProgram } from './device-program'
import { COMPUTE_STAGE, USAGE, type GpuBuffer, type GpuDevice } from './gpu'
import type { Readback } from './readback'
import { OFFSETS_BINDING, type Shader } from './shader'
import { POOLS, type Pool } from './slots'
import { fromWords, toWords } from './words'

/** A shader on the device. */
interface Pipeline {
  readonly pipeline: object
  readonly layout: object
  readonly shader: Shader
}

interface Entry {
  readonly pipeline: Pipeline
  readonly groups: readonly [number, number]
  /** Of its offsets, in bytes. */
  readonly at: number
}

/** A program with its pipelines, its constants and its list of dispatches on the device. */
export class CompiledProgram implements Compiled {
  private bindGroups = new Map<Pipeline, object>()
  private version = -1

  private constructor(
    private readonly device: GpuDevice,
    private readonly program: Program,
    readonly lowered: DeviceProgram,
    private readonly buffers: Buffers,
    private readonly readback: Readback,
    private readonly present: () => void,
    private readonly entries: readonly Entry[],
    private readonly offsets: GpuBuffer,
    private readonly given: ReadonlyMap<Pool, GpuBuffer>,
  ) {}

  /** @throws UnrollError `device-limit`, or `kernel` with what the driver says of one. */
  static async create(
    device: GpuDevice,
    program: Program,
    lowered: DeviceProgram,
    buffers: Buffers,
    readback: Readback,
    present: () => void,
  ): Promise<CompiledProgram> {
    present()
    const given = new Map<Pool, GpuBuffer>()
    for (const [pool, size] of lowered.sizes) {
      if (pool.startsWith('given')) given.set(pool, createStorage(device, pool, size * WORD))
      else buffers.reserve(pool, size)
    }
    for (const { region, data } of lowered.constants) {
      const buffer = given.get(region.pool)
      const dtype = region.pool === 'given_f32' ? 'float32' : 'int32'
      if (buffer) device.queue.writeBuffer(buffer, region.offset * WORD, toWords({ dtype, shape: [], data }))
    }
    const shaders = [...new Set(lowered.dispatches.map(({ shader }) => shader))]
    const made = await Promise.all(shaders.map((shader) => createPipeline(device, shader)))
    const pipelines = new Map(shaders.map((shader, i) => [shader, made[i]]))
    const { offsets, places } = writeOffsets(device, lowered)
    const entries = lowered.dispatches.map(({ shader, groups }, i) => {
      const pipeline = pipelines.get(shader)
      if (!pipeline) throw new Error('A shader has no pipeline.')
      return { pipeline, groups, at: places[i] }
    })
    return new CompiledProgram(device, program, lowered, buffers, readback, present, entries, offsets, given)
  }

  async run(inputs: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>> {
    this.present()
    this.program.inputs.forEach((input, i) => {
      const { region } = this.lowered.inputs[i]
      const words = toWords(checkInput(input, inputs))
      this.device.queue.writeBuffer(this.buffer(region.pool), region.offset * WORD, words)
    })
    const encoder = this.device.createCommandEncoder()
    const pass = encoder.beginComputePass()
    let last: Pipeline | null = null
    for (const { pipeline, groups, at } of this.entries) {
      if (pipeline !== last) pass.setPipeline(pipeline.pipeline)
      last = pipeline
      pass.setBindGroup(0, this.bindGroup(pipeline), [at])
      pass.dispatchWorkgroups(...groups)
    }
    pass.end()
    for (const { from, to } of this.lowered.copies) {
      const [source, target] = [this.buffer(from.pool), this.buffer(to.pool)]
      encoder.copyBufferToBuffer(source, from.offset * WORD, target, to.offset * WORD, from.size * WORD)
    }
    const { outputs } = this.lowered
    const read = this.readback.copy(
      encoder,
      outputs.map(({ region: { pool, offset, size } }) => ({
        buffer: this.buffer(pool),
        offset: offset * WORD,
        size: size * WORD,
      })),
    )
    this.device.queue.submit([encoder.finish()])
    const found = await read()
    return Object.fromEntries(
      outputs.map(({ name, dtype, shape }, i) => [name, { dtype, shape, data: fromWords(found[i], dtype) }]),
    )
  }

  async dispose(): Promise<void> {
    this.offsets.destroy()
    for (const buffer of this.given.values()) buffer.destroy()
  }

  private buffer(pool: Pool): GpuBuffer {
    return this.given.get(pool) ?? this.buffers.get(pool)
  }

  private bindGroup(pipeline: Pipeline): object {
    if (this.version !== this.buffers.version) this.bindGroups.clear()
    this.version = this.buffers.version
    const known = this.bindGroups.get(pipeline)
    if (known) return known
    const group = this.device.createBindGroup({
      layout: pipeline.layout,
      entries: [
        ...pipeline.shader.bindings.map(({ pool }) => ({
          binding: POOLS.indexOf(pool),
          resource: { buffer: this.buffer(pool) },
        })),
        {
          binding: OFFSETS_BINDING,
          resource: { buffer: this.offsets, offset: 0, size: pipeline.shader.offsets * WORD },
        },
      ],
    })
    this.bindGroups.set(pipeline, group)
    return group
  }
}

async function createPipeline(device: GpuDevice, shader: Shader): Promise<Pipeline> {
  const layout = device.createBindGroupLayout({
    entries: [
      ...shader.bindings.map(({ pool, write }) => ({
        binding: POOLS.indexOf(pool),
        visibility: COMPUTE_STAGE,
        buffer: { type: write ? ('storage' as const) : ('read-only-storage' as const) },
      })),
      {
        binding: OFFSETS_BINDING,
        visibility: COMPUTE_STAGE,
        buffer: { type: 'uniform', hasDynamicOffset: true },
      },
    ],
  })
  const module = device.createShaderModule({ code: shader.text })
  try {
    const pipeline = await device.createComputePipelineAsync({
      layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module, entryPoint: 'main' },
    })
    return { pipeline, layout, shader }
  } catch (error) {
    const { messages } = await module.getCompilationInfo()
    const lines = Array.from(messages, ({ message, lineNum }) => `line ${lineNum}: ${message}`)
    throw new UnrollError(
      'kernel',
      `The GPU's driver does not take a kernel: ${[...lines, String(error)].join('; ')}`,
      'Take another engine, and tell the makers of Unroll about this one.',
    )
  }
}

/** All dispatches' offsets, one after the other as far apart as the device asks. */
function writeOffsets(device: GpuDevice, { dispatches }: DeviceProgram) {
  const step = device.limits.minUniformBufferOffsetAlignment
  const places: number[] = []
  let size = 0
  for (const { offsets } of dispatches) {
    places.push(size)
    size += Math.ceil((offsets.length * WORD) / step) * step
  }
  const offsets = device.createBuffer({
    label: 'offsets',
    size: Math.max(step, size),
    usage: USAGE.uniform | USAGE.copyTo,
  })
  const words = new Uint32Array(Math.max(step, size) / WORD)
  dispatches.forEach((dispatch, i) => words.set(dispatch.offsets, places[i] / WORD))
  device.queue.writeBuffer(offsets, 0, words.buffer)
  return { offsets, places }
}
