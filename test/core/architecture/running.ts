import { expect } from 'vitest'
import { Network } from '../../../src-core/architecture/network'
import type { Architecture } from '../../../src-core/architecture/schema'
import { referenceProvider } from '../../../src-core/engines/reference/engine'
import type { Compiled, Engine } from '../../../src-core/graph/engine'
import type { Program } from '../../../src-core/graph/program'
import { sizeOf, type Tensor } from '../../../src-core/graph/tensor'
import { Random } from '../../../src-core/random/random'

export const V = 5
export const B = 3

/** A network on the reference engine, in float64, with parameters drawn by their names. */
export class Running {
  private constructor(
    readonly network: Network,
    readonly engine: Engine,
  ) {}

  static async start(document: Architecture): Promise<Running> {
    return new Running(new Network(document, V), await referenceProvider.create({}))
  }

  /** A step of plain gradient descent, so that what a parameter loses by it is the rate times its gradient. */
  training(): Program {
    return this.network.training({ rows: B, optimizer: { kind: 'sgd' }, clipping: {} })
  }

  /** Gives all states values that depend on the seed and their names only; what is carried starts from zeros. */
  async compile(program: Program, seed = 1): Promise<Compiled> {
    const compiled = await this.engine.compile(program)
    for (const { name, role, variable } of program.states) {
      if (role === 'carried' || role === 'optimizer') continue
      const data = new Float64Array(sizeOf(variable.shape))
      const numbers = new Float32Array(data.length)
      Random.from(seed, name).fillUniform(numbers)
      numbers.forEach(
        (number, i) => (data[i] = name.endsWith('variance') ? 0.5 + number : 1.6 * number - 0.8),
      )
      await this.engine.write(name, { dtype: 'float32', shape: variable.shape, data })
    }
    return compiled
  }
}

/** Inputs for a program, drawn by their names. */
export function inputsFor(
  program: Program,
  seed = 1,
  given: Record<string, Tensor> = {},
): Record<string, Tensor> {
  const inputs: Record<string, Tensor> = {}
  for (const { name, variable, random } of program.inputs) {
    const { shape, dtype } = variable
    const numbers = new Float32Array(sizeOf(shape))
    const source = Random.from(seed, 'inputs', name)
    if (random?.kind === 'mask') source.fillMask(numbers, random.keep)
    else if (random?.kind === 'normal') source.fillNormal(numbers)
    else source.fillUniform(numbers)
    if (dtype === 'int32')
      inputs[name] = { dtype, shape, data: Int32Array.from(numbers, (x) => Math.floor(x * V)) }
    else if (dtype === 'bool')
      inputs[name] = { dtype, shape, data: Uint8Array.from(numbers, (x) => Number(x < 0.5)) }
    else inputs[name] = { dtype, shape, data: numbers }
  }
  return { ...inputs, ...given }
}

export const rate = (value: number): Tensor => ({ dtype: 'float32', shape: [], data: Float64Array.of(value) })

/** Dropout on leaving has masks of its own in each view of a document. */
export function withoutOutputDropout(document: Architecture): Architecture {
  const shapes = document.shapes.map((shape) =>
    shape.kind === 'circle' ? { ...shape, dropout: { ...shape.dropout, output: 0 } } : shape,
  )
  return { ...document, shapes }
}

/**
 * Everything of a small size, and without dropout on leaving.
 * @param steps the most that a box has, where all its outputs are inside.
 */
export function shrunk(document: Architecture, steps = Infinity): Architecture {
  const small = (size: number) => Math.min(size, 2 + (size % 3))
  const shapes = withoutOutputDropout(document).shapes.map((shape): Architecture['shapes'][number] => {
    if (shape.kind === 'circle') return { ...shape, size: small(shape.size) }
    if (shape.kind === 'triangle') return shape
    const { source } = shape
    if (source.kind === 'zeros') return { ...shape, source: { ...source, size: small(source.size) } }
    if (source.kind === 'carried' || source.encoding.kind === 'one-hot') return shape
    const encoding = { ...source.encoding, size: small(source.encoding.size) }
    return { ...shape, source: { ...source, encoding } }
  })
  const whole = shapes.some((shape) => shape.kind === 'triangle' && shape.box === undefined)
  const boxes = document.boxes.map((box) => (whole ? box : { ...box, to: Math.min(box.to, steps) }))
  return { ...document, shapes, boxes }
}

/** Two batches of training and one of evaluation; every number that comes out, with what was learned. */
async function results(document: Architecture): Promise<Record<string, number[]>> {
  const running = await Running.start(document)
  const training = running.training()
  const compiled = await running.compile(training)
  const found: Record<string, number[]> = {}
  for (const batch of [1, 2]) {
    const { loss, outputs } = await compiled.run(inputsFor(training, batch, { learningRate: rate(0.5) }))
    found[`loss ${batch}`] = Array.from(loss.data)
    found[`outputs ${batch}`] = Array.from(outputs.data)
  }
  const evaluation = running.network.evaluation(B)
  const { losses } = await (await running.engine.compile(evaluation)).run(inputsFor(evaluation, 3))
  found.losses = Array.from(losses.data)
  for (const { name, role } of training.states) {
    if (role === 'parameter' || role === 'statistic')
      found[name] = Array.from((await running.engine.read(name)).data)
  }
  return found
}

/** That two documents learn the same, in whatever words they say it. */
export async function expectSame(a: Architecture, b: Architecture): Promise<void> {
  const [first, second] = [await results(a), await results(b)]
  expect(Object.keys(second).sort()).toEqual(Object.keys(first).sort())
  for (const [name, values] of Object.entries(first)) {
    second[name].forEach((value, i) => expect(value, name).toBeCloseTo(values[i], 10))
    expect(second[name], name).toHaveLength(values.length)
  }
}
