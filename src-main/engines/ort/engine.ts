import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import { encodeOnnx } from '../../../src-core/formats/onnx/model'
import { lowerProgram, nextName } from '../../../src-core/formats/onnx/lower-program'
import type { Compiled, Engine } from '../../../src-core/graph/engine'
import type { Program } from '../../../src-core/graph/program'
import { checkInput, States } from '../../../src-core/graph/states'
import { sizeOf, type DType, type Shape, type Tensor, type TensorData } from '../../../src-core/graph/tensor'

type Ort = typeof import('onnxruntime-node')

/** A state's value, and the room into which a step writes its next one. */
interface Held {
  readonly dtype: DType
  readonly shape: Shape
  current: OrtTensor
  next: OrtTensor | null
}

/**
 * Programs as ONNX graphs, run by onnxruntime on the CPU. States stay in buffers that the session reads and
 * writes in place: a step reads one and writes another, and they change places.
 */
export class OrtEngine implements Engine {
  readonly name = 'ort'
  readonly device: string
  private readonly states: States<Held>
  private readonly sessions = new Set<InferenceSession>()

  constructor(
    private readonly ort: Ort,
    readonly threads: number,
  ) {
    this.device = `CPU, ${threads} ${threads === 1 ? 'thread' : 'threads'}`
    this.states = new States(({ dtype, shape }) => ({
      dtype,
      shape,
      current: this.blank(dtype, shape),
      next: null,
    }))
  }

  async compile(program: Program): Promise<Compiled> {
    this.states.declare(program)
    const model = lowerProgram(program)
    const session = await this.ort.InferenceSession.create(encodeOnnx(model), sessionOptions(this.threads))
    this.sessions.add(session)
    const inputs = new Set(model.inputs.map(({ name }) => name))
    const used = program.inputs.filter(({ name }) => inputs.has(name))
    const read = program.states
      .filter(({ name }) => inputs.has(name))
      .map(({ name }) => ({ name, held: this.states.get(name) }))
    const written = Object.keys(program.updates).map((name) => ({
      name: nextName(name),
      held: this.states.get(name),
    }))
    for (const { held } of written) held.next ??= this.blank(held.dtype, held.shape)
    const outputs = Object.entries(program.outputs).map(([name, { dtype, shape }]) => {
      const tensor = this.blank(dtype, shape)
      return { name, tensor, value: { dtype, shape, data: dataOf(tensor) } }
    })
    const answer = Object.fromEntries(outputs.map(({ name, value }) => [name, value]))

    const feeds: Record<string, OrtTensor> = {}
    const fetches: Record<string, OrtTensor> = Object.fromEntries(
      outputs.map(({ name, tensor }) => [name, tensor]),
    )
    const run = async (given: Readonly<Record<string, Tensor>>) => {
      for (const input of used) feeds[input.name] = this.wrap(checkInput(input, given))
      for (const { name, held } of read) feeds[name] = held.current
      for (const { name, held } of written) if (held.next) fetches[name] = held.next
      await session.run(feeds, fetches)
      for (const { held } of written) if (held.next) [held.current, held.next] = [held.next, held.current]
      return answer
    }
    return { run, dispose: () => this.release(session) }
  }

  async read(state: string): Promise<Tensor> {
    const { dtype, shape, current } = this.states.get(state)
    return { dtype, shape, data: dataOf(current).slice() }
  }

  async write(state: string, value: Tensor): Promise<void> {
    dataOf(this.states.fitting(state, value).current).set(value.data)
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.sessions].map((session) => this.release(session)))
  }

  private async release(session: InferenceSession) {
    if (this.sessions.delete(session)) await session.release()
  }

  private blank(dtype: DType, shape: Shape): OrtTensor {
    const size = sizeOf(shape)
    if (dtype === 'float32') return new this.ort.Tensor('float32', new Float32Array(size), shape)
    if (dtype === 'int32') return new this.ort.Tensor('int32', new Int32Array(size), shape)
    return new this.ort.Tensor('bool', new Uint8Array(size), shape)
  }

  private wrap({ dtype, shape, data }: Tensor): OrtTensor {
    if (dtype === 'float32') {
      return new this.ort.Tensor(
        'float32',
        data instanceof Float32Array ? data : Float32Array.from(data),
        shape,
      )
    }
    if (dtype === 'int32')
      return new this.ort.Tensor('int32', data instanceof Int32Array ? data : Int32Array.from(data), shape)
    return new this.ort.Tensor('bool', data instanceof Uint8Array ? data : Uint8Array.from(data), shape)
  }
}

function sessionOptions(threads: number): InferenceSession.SessionOptions {
  return {
    executionProviders: ['cpu'],
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    // The moments of what gets no gradient fade into denormal numbers, on which processors are slow.
    extra: { session: { set_denormal_as_zero: '1' } },
  }
}

function dataOf({ data }: OrtTensor): TensorData {
  if (data instanceof Float32Array || data instanceof Int32Array || data instanceof Uint8Array) return data
  throw new Error('A state is held in a type that no program has.')
}
