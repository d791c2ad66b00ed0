import { UnrollError } from '../../../src-core/errors'
import type { Compiled, Engine, Precision } from '../../../src-core/graph/engine'
import type { Program } from '../../../src-core/graph/program'
import { checkInput, States } from '../../../src-core/graph/states'
import { sizeOf, type DType, type Shape, type Tensor, type TensorData } from '../../../src-core/graph/tensor'
import type { NativeAddon, NativeProgram, NativeStates } from './addon'
import { encode } from './encode'
import { kernelTimes } from './kernel-times'
import { layOut } from './layout'
import { lowerProgram, type Lowered } from './lower-program'
import { prepare } from './rewrites/prepare'
import { isShort, Runs } from './runs'

/** Programs as lists of instructions, which `src-native` runs on the threads of the CPU. */
export class NativeEngine implements Engine {
  readonly name = 'native'
  readonly device: string
  readonly ahead = 4
  private readonly native: NativeStates
  private readonly states = new States<{ readonly dtype: DType; readonly shape: Shape }>((type) => type)
  private readonly programs = new Set<NativeProgram>()
  private readonly runs = new Runs()

  constructor(
    private readonly addon: NativeAddon,
    readonly threads: number,
    private readonly precision: Precision = 'float32',
  ) {
    const { isa } = addon.machine()
    this.device = `CPU, ${threads} ${threads === 1 ? 'thread' : 'threads'}, ${isa}`
    this.native = new addon.Engine(threads)
  }

  async compile(program: Program): Promise<Compiled> {
    this.states.declare(program)
    for (const { name, variable } of program.states) this.native.state(name, wordsIn(variable.shape))
    const lowered = lowerProgram(prepare(program), {
      packedLength: this.addon.packedLength,
      threads: this.threads,
      precision: this.precision,
    })
    const layout = layOut(lowered.list)
    const words = encode(layout, (name) => this.native.state(name, wordsIn(this.states.get(name).shape)))
    const compiled = this.native.compile(words)
    this.programs.add(compiled)
    const short = isShort(program, layout)
    const wordsOf = (inputs: Readonly<Record<string, Tensor>>) =>
      lowered.inputs.map((input) => wordsOfTensor(checkInput(input, inputs)))
    return {
      run: async (inputs) =>
        outputsOf(lowered, await refusing(this.runs.run(compiled, wordsOf(inputs), short))),
      profile: async (inputs) =>
        kernelTimes(lowered.list.instructions, await refusing(compiled.profile(wordsOf(inputs)))),
      dispose: async () => this.release(compiled),
    }
  }

  limit(): Promise<number> {
    return this.native.limit()
  }

  bandwidth(bytes: number): Promise<number> {
    return this.native.bandwidth(bytes)
  }

  async read(state: string): Promise<Tensor> {
    const { dtype, shape } = this.states.get(state)
    const { buffer } = this.native.read(state)
    return { dtype, shape, data: dataOf(dtype, shape, buffer) }
  }

  async write(state: string, value: Tensor): Promise<void> {
    this.states.fitting(state, value)
    const words = wordsOfTensor(value)
    const floats =
      words instanceof Float32Array ? words : new Float32Array(words.buffer, words.byteOffset, words.length)
    if (floats.length > 0) this.native.write(state, floats)
  }

  async dispose(): Promise<void> {
    for (const program of [...this.programs]) this.release(program)
    this.native.dispose()
  }

  private release(program: NativeProgram) {
    if (this.programs.delete(program)) program.dispose()
  }
}

/** Room for a tensor; for an empty one as well. */
const wordsIn = (shape: Shape) => Math.max(1, sizeOf(shape))

/** A tensor as the instructions read it: bool as float32 0 and 1. */
function wordsOfTensor({ dtype, shape, data }: Tensor): Float32Array | Int32Array {
  if (sizeOf(shape) === 0) return new Float32Array(1)
  if (dtype === 'int32') return data instanceof Int32Array ? data : new Int32Array(data)
  return data instanceof Float32Array ? data : new Float32Array(data)
}

function dataOf(dtype: DType, shape: Shape, buffer: ArrayBufferLike): TensorData {
  const size = sizeOf(shape)
  if (dtype === 'int32') return new Int32Array(buffer, 0, size)
  const words = new Float32Array(buffer, 0, size)
  return dtype === 'float32' ? words : new Uint8Array(words)
}

function outputsOf({ outputs }: Lowered, buffers: readonly ArrayBuffer[]): Record<string, Tensor> {
  return Object.fromEntries(
    outputs.map(([name, { dtype, shape }], i) => [
      name,
      { dtype, shape, data: dataOf(dtype, shape, buffers[i]) },
    ]),
  )
}

/** What a run was refused for. @throws UnrollError `index` as the reference does, or `engine-failed` */
async function refusing<T>(run: Promise<T>): Promise<T> {
  try {
    return await run
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    if (message.startsWith('Index '))
      throw new UnrollError('index', message, 'Use the vocabulary that the network was made with.')
    throw new UnrollError(
      'engine-failed',
      `The native engine: ${message}`,
      'Take another engine: see `unroll engines`.',
      {
        cause: error,
      },
    )
  }
}
