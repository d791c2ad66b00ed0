import '@tensorflow/tfjs-backend-cpu'
import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { referenceProvider } from '../../../src-core/engines/reference/engine'
import type { Engine } from '../../../src-core/graph/engine'
import { grad } from '../../../src-core/graph/grad'
import { add, multiply, reshape, slice, sum, tanh } from '../../../src-core/graph/ops'
import type { Program } from '../../../src-core/graph/program'
import { optimize } from '../../../src-core/graph/rewrites/optimize'
import { scan } from '../../../src-core/graph/scan'
import { float32, sizeOf, type Tensor } from '../../../src-core/graph/tensor'
import { scalar, variable, zeros, type Variable } from '../../../src-core/graph/variable'
import { TensorFlowEngine } from '../../../src-main/engines/tensorflow/engine'
import { lowerings } from '../../../src-main/engines/tensorflow/lowering'
import { trainingDifference, trainSteps } from '../../fixtures/engine-agreement'
import { numbers, randomTensor } from '../../fixtures/finite-differences'
import { trainingProgram } from '../../fixtures/networks'
import { opError } from '../../fixtures/op-error'
import { opTable } from '../../fixtures/op-table'

const create = () => new TensorFlowEngine(tf, lowerings, { device: 'backend cpu', threads: 1 })

beforeAll(async () => {
  tf.env().set('IS_TEST', true)
  await tf.setBackend('cpu')
})

describe('the op table on tensorflow (backend cpu)', () => {
  const engine = create()
  afterAll(() => engine.dispose())
  for (const row of opTable) {
    it(`${row.op}: ${row.label}`, async () => {
      const before = tf.memory().numTensors
      expect(await opError(engine, row)).toBeLessThan(1e-5)
      expect(tf.memory().numTensors).toBe(before)
    })
  }
})

describe('20 training steps on tensorflow (backend cpu) agree with the reference', () => {
  for (const name of ['simple-rnn', 'gru', 'stateful-lstm', 'stacked-lstm']) {
    it(name, async () => {
      const [reference, engine] = [await referenceProvider.create({}), create()]
      const [expected, found] = [await trainSteps(reference, name, 20), await trainSteps(engine, name, 20)]
      await engine.dispose()
      expect(trainingDifference(found, expected)).toBeLessThan(1e-3)
    })
  }
})

describe('loops on tensorflow', () => {
  const T = 4
  const x = variable('x', 'float32', [T, 2])
  const h0 = variable('h0', 'float32', [2])

  /** Runs roots on both engines. */
  async function expectAgreement(roots: Readonly<Record<string, Variable>>) {
    const random = numbers(5)
    const given = { x: randomTensor(x.shape, random), h0: randomTensor(h0.shape, random) }
    const program: Program = {
      name: 'loop',
      inputs: [x, h0].map((each) => ({ name: each.name ?? '', variable: each })),
      states: [],
      outputs: roots,
      updates: {},
    }
    const engine = create()
    const before = tf.memory().numTensors
    const compiled = await engine.compile(program)
    const found = await compiled.run(given)
    const expected = await (await (await referenceProvider.create({})).compile(program)).run(given)
    await compiled.dispose()
    expect(tf.memory().numTensors).toBe(before)
    for (const name of Object.keys(roots)) {
      expect(found[name].shape).toEqual(expected[name].shape)
      found[name].data.forEach((value, i) => expect(value, name).toBeCloseTo(expected[name].data[i], 5))
    }
  }

  for (const reverse of [false, true]) {
    it(`collects, ends and is differentiated${reverse ? ', backwards' : ''}`, async () => {
      const { final, collected } = scan(
        ([now], [h]) => {
          const next = tanh(add(multiply(now, h), h))
          return { next: [next], collect: [next, now, h] }
        },
        { sequences: [x], initial: [h0], reverse },
      )
      const loss = add(sum(multiply(collected[0], collected[2])), sum(final[0]))
      const [dx, dh] = grad(loss, [x, h0])
      await expectAgreement({ loss, dx, dh, h: final[0], all: collected[0], elements: collected[1] })
    })
  }

  it('hands on an element, a state that stays and one value in two roles', async () => {
    const { final, collected } = scan(
      ([now], [before, stays, h]) => {
        const next = add(h, before)
        return { next: [now, stays, next], collect: [next, next, h0] }
      },
      { sequences: [x], initial: [h0, h0, zeros([2])] },
    )
    const outputs = Object.fromEntries([...final, ...collected].map((value, i) => [`o${i}`, value]))
    await expectAgreement(outputs)
  })

  it('runs a loop inside a loop, on a sequence of the one around it and on one of its own', async () => {
    const { collected } = scan(
      ([row], [h]) => {
        const own = reshape(add(row, h), [2, 1])
        const inner = scan(([a, b], [s]) => ({ next: [tanh(add(s, multiply(a, b)))] }), {
          sequences: [own, slice(x, 0, 0, 2)],
          initial: [h],
        })
        return { next: inner.final, collect: inner.final }
      },
      { sequences: [x], initial: [h0] },
    )
    await expectAgreement({ all: collected[0], loss: sum(collected[0]) })
  })
})

describe('states on tensorflow', () => {
  const a = variable('a', 'float32', [2])
  const b = variable('b', 'float32', [2])
  const change = variable('change', 'float32', [2])
  const program: Program = {
    name: 'swap',
    inputs: [{ name: 'change', variable: change }],
    states: [
      { name: 'a', variable: a, role: 'parameter' },
      { name: 'b', variable: b, role: 'parameter' },
    ],
    outputs: { before: a, given: change, constant: scalar(3) },
    updates: { a: b, b: add(a, change) },
  }
  const values = (tensor: Tensor) => Array.from(tensor.data)

  it('change together at the end, and a copy goes in and comes out', async () => {
    const engine = create()
    const compiled = await engine.compile(program)
    expect(values(await engine.read('a'))).toEqual([0, 0])
    const mine = Float32Array.of(1, 2)
    await engine.write('a', float32([2], mine))
    mine.fill(9)
    await engine.write('b', float32([2], [3, 4]))
    const outputs = await compiled.run({ change: float32([2], [10, 20]) })
    expect(values(outputs.before)).toEqual([1, 2])
    expect(values(outputs.given)).toEqual([10, 20])
    expect(values(outputs.constant)).toEqual([3])
    const read = await engine.read('a')
    expect(values(read)).toEqual([3, 4])
    read.data.fill(7)
    expect(values(await engine.read('a'))).toEqual([3, 4])
    expect(values(await engine.read('b'))).toEqual([11, 22])
    await engine.dispose()
  })

  it('take what an input holds when the program runs', async () => {
    const engine = create()
    const given = variable('given', 'float32', [1, 2])
    const compiled = await engine.compile({
      ...program,
      inputs: [{ name: 'given', variable: given }],
      outputs: {},
      updates: { a: reshape(given, [2]), b: reshape(given, [2]) },
    })
    const data = Float32Array.of(1, 2)
    const running = compiled.run({ given: { dtype: 'float32', shape: [1, 2], data } })
    data.fill(9)
    await running
    for (const name of ['a', 'b']) expect(values(await engine.read(name))).toEqual([1, 2])
    await engine.dispose()
  })

  it('are refused where the shape is another, or no program has them', async () => {
    const engine = create()
    await engine.compile(program)
    await expect(engine.write('a', float32([3], [1, 2, 3]))).rejects.toThrow(/a is float32\[2\]/)
    await expect(engine.read('c')).rejects.toThrow(/no .* state c/i)
    await engine.dispose()
  })
})

describe('memory of tensorflow', () => {
  const sizes = {
    cell: 'lstm',
    layers: 1,
    batch: 2,
    steps: 3,
    embedding: 2,
    hidden: 3,
    vocabulary: 5,
  } as const

  async function train(engine: Engine, program: Program, steps: number, seen: (step: number) => void) {
    const compiled = await engine.compile(program)
    const random = numbers(3)
    const { shape } = program.inputs[0].variable
    for (let step = 0; step < steps; step++) {
      const data = Int32Array.from({ length: sizeOf(shape) }, () => Math.floor(random() * sizes.vocabulary))
      await compiled.run({ tokens: { dtype: 'int32', shape, data }, learningRate: float32([], [0.01]) })
      seen(step)
    }
  }

  for (const [name, program] of [
    ['loops taken apart', optimize(trainingProgram(sizes))],
    ['loops as they were written', trainingProgram(sizes)],
  ] as const) {
    it(`is flat over 1,000 steps and empty at the end: ${name}`, async () => {
      const before = tf.memory()
      const engine = create()
      const counts = new Set<string>()
      await train(engine, program, 1000, () => {
        const { numTensors, numBytes, numDataBuffers } = tf.memory()
        counts.add([numTensors, numBytes, numDataBuffers].join())
      })
      expect(counts.size).toBe(1)
      await engine.dispose()
      expect(tf.memory()).toMatchObject({ numTensors: before.numTensors, numBytes: before.numBytes })
    })
  }

  it('is given back after a step that failed, and the states are as they were', async () => {
    const engine = create()
    const program = optimize(trainingProgram(sizes))
    await train(engine, program, 1, () => undefined)
    const compiled = await engine.compile(program)
    const [before, weights] = [tf.memory().numTensors, await engine.read('output')]
    const { shape } = program.inputs[0].variable
    const outside = new Int32Array(sizeOf(shape)).fill(99)
    await expect(compiled.run({ tokens: { dtype: 'int32', shape, data: outside } })).rejects.toThrow(
      /learningRate/,
    )
    const inputs = {
      tokens: { dtype: 'int32' as const, shape, data: outside },
      learningRate: float32([], [0.01]),
    }
    await expect(compiled.run(inputs)).rejects.toThrow()
    expect(tf.memory().numTensors).toBe(before)
    expect(await engine.read('output')).toEqual(weights)
    await engine.dispose()
  })
})
