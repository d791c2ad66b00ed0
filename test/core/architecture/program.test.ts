import { describe, expect, it } from 'vitest'
import { Network } from '../../../src-core/architecture/network'
import { parseArchitecture } from '../../../src-core/architecture/parse'
import type { Architecture } from '../../../src-core/architecture/schema'
import type { Program } from '../../../src-core/graph/program'
import type { Tensor } from '../../../src-core/graph/tensor'
import { character, lessonArchitecture, smallLoop } from './documents'
import { networks } from './networks'
import { B, inputsFor, rate, Running, shrunk, V } from './running'

const adam = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } as const

function training(document: Architecture): Program {
  return new Network(document, 86).training({ rows: 64, optimizer: adam, clipping: {} })
}

/** `name float32[2, 3]` of each input or state. */
function typesOf(things: readonly { name: string; variable: Program['outputs'][string] }[]): string[] {
  return things.map(({ name, variable: { dtype, shape } }) => `${name} ${dtype}[${shape.join(', ')}]`)
}

const withDropout = 'a circle of the first loop and one above it, with dropout everywhere'
const fresh = (...rows: number[]): Tensor => ({
  dtype: 'bool',
  shape: [rows.length],
  data: Uint8Array.from(rows),
})

describe('the training program', () => {
  it('of simple-rnn has the states of its colours and of the optimiser', () => {
    const program = training(lessonArchitecture('simple-rnn'))
    expect(typesOf(program.inputs)).toEqual(['tokens int32[9, 64]', 'learningRate float32[]'])
    expect(typesOf(program.states.filter(({ role }) => role === 'parameter'))).toEqual([
      'violet/embedding float32[86, 42]',
      'green/weights float32[42, 256]',
      'green/bias float32[256]',
      'orange/weights float32[256, 256]',
      'blue/weights float32[256, 86]',
      'blue/bias float32[86]',
    ])
    // Steps, and the two moments of all parameters in one row each: none is large.
    expect(program.states.filter(({ role }) => role === 'optimizer')).toHaveLength(3)
    expect(Object.keys(program.updates).sort()).toEqual(program.states.map(({ name }) => name).sort())
    expect(program.outputs.loss.shape).toEqual([])
    expect(program.outputs.outputs.shape).toEqual([1])
  })

  it('of stateful-lstm carries its state, keeps statistics, and asks which rows are fresh', () => {
    const { inputs, states, outputs } = training(lessonArchitecture('stateful-lstm'))
    expect(typesOf(inputs)).toContain('fresh bool[64]')
    expect(typesOf(states.filter(({ role }) => role === 'carried'))).toEqual([
      'h/carried float32[64, 256]',
      'h/carried-memory float32[64, 256]',
    ])
    expect(typesOf(states.filter(({ role }) => role === 'statistic'))).toEqual([
      'violet/mean float32[42]',
      'violet/variance float32[42]',
    ])
    expect(outputs.outputs.shape).toEqual([8])
  })

  it('of stacked-lstm drops by one mask for all steps inside, and a mask for each step on leaving', () => {
    const { inputs } = training(lessonArchitecture('stacked-lstm'))
    const masks = inputs.filter(({ random }) => random?.kind === 'mask')
    expect(masks.every(({ random }) => random?.kind === 'mask' && random.keep === 0.8)).toBe(true)
    expect(typesOf(masks)).toEqual([
      'green/input-dropout-0.2 float32[64, 24]',
      'orange/recurrent-dropout-0.2 float32[64, 512]',
      'teal/input-dropout-0.2 float32[64, 512]',
      'red/recurrent-dropout-0.2 float32[64, 512]',
      'd/output-dropout-0.2 float32[40, 64, 512]',
    ])
  })

  it('adds the losses of all outputs by their weights', async () => {
    for (const name of ['sequence-eight-outputs', 'sequence-rnn', 'from-scratch-rnn'] as const) {
      const running = await Running.start(shrunk(lessonArchitecture(name)))
      const program = running.training()
      const { loss, outputs } = await (await running.compile(program)).run(inputsFor(program))
      const factor = name === 'sequence-rnn' ? 1 / 8 : 1
      expect(loss.data[0]).toBeCloseTo(
        factor * Array.from(outputs.data).reduce((sum, value) => sum + value, 0),
        10,
      )
      expect(outputs.data).toHaveLength(8)
    }
  })

  it('clips where it is told to', async () => {
    const running = await Running.start(smallLoop())
    const options = { rows: B, optimizer: { kind: 'sgd' }, clipping: { value: 1e-3 } } as const
    const program = running.network.training(options)
    const compiled = await running.compile(program)
    const before = await running.engine.read('green/bias')
    await compiled.run(inputsFor(program, 1, { learningRate: rate(1) }))
    const after = await running.engine.read('green/bias')
    expect(Math.max(...after.data.map((value, i) => Math.abs(value - before.data[i])))).toBeCloseTo(1e-3, 12)
  })
})

describe('dropout', () => {
  it('takes what is masked out of the input, the state and the output', async () => {
    const running = await Running.start(networks[withDropout]())
    const program = running.training()
    const compiled = await running.compile(program)
    const masks = program.inputs.filter(({ random }) => random).map(({ name }) => name)
    const lossWith = async (value: number, which = masks) => {
      const given = Object.entries(inputsFor(program, 1, { learningRate: rate(0) })).map(([name, tensor]) => {
        const keep = !masks.includes(name)
          ? tensor.data
          : tensor.data.map(() => (which.includes(name) ? value : 1))
        return [name, { ...tensor, data: keep }]
      })
      return (await compiled.run(Object.fromEntries(given) as Record<string, Tensor>)).outputs.data.slice()
    }
    const whole = await lossWith(1)
    expect(masks.map((name) => name.replace(/-0.*/, ''))).toEqual([
      'green/input-dropout',
      'orange/recurrent-dropout',
      'h/output-dropout',
      'red/input-dropout',
    ])
    for (const mask of masks) expect(await lossWith(0, [mask]), mask).not.toEqual(whole)
    const evaluation = running.network.evaluation(B)
    const { losses } = await (await running.engine.compile(evaluation)).run(inputsFor(evaluation))
    whole.forEach((loss, k) => {
      const rows = Array.from(losses.data.slice(k * B, (k + 1) * B))
      expect(rows.reduce((sum, row) => sum + row / B, 0)).toBeCloseTo(loss, 10)
    })
  })

  it('is not in evaluation and sampling', () => {
    const network = new Network(lessonArchitecture('stacked-lstm'), 86)
    expect(typesOf(network.evaluation(64).inputs)).toEqual(['tokens int32[41, 64]'])
    expect(typesOf(network.step(2).inputs)).toEqual(['token int32[2]', 'fresh bool[2]'])
  })
})

describe('batch normalization', () => {
  it('takes its statistics from all places that enter by a colour, and moves them on', async () => {
    const encoding = { kind: 'embedding', size: 1, color: 'e', normalization: 'batch' } as const
    const document = smallLoop({
      shapes: [
        { id: 'c', kind: 'rectangle', source: { kind: 'character', at: 't', encoding }, box: 'loop' },
        { id: 'h', kind: 'circle', size: 4, activation: 'tanh', box: 'loop' },
        { id: 'o', kind: 'triangle', predicts: { character: 4 } },
      ],
    })
    const running = await Running.start(document)
    const program = running.training()
    const compiled = await running.compile(program)
    const table = Float64Array.of(0, 1, 2, 3, 4)
    await running.engine.write('e/embedding', { dtype: 'float32', shape: [V, 1], data: table })
    for (const name of ['mean', 'variance']) {
      await running.engine.write(`e/${name}`, { dtype: 'float32', shape: [1], data: Float64Array.of(1) })
    }
    // The fourth character is predicted, not read.
    const tokens: Tensor = {
      dtype: 'int32',
      shape: [4, B],
      data: Int32Array.of(0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 4, 4),
    }
    await compiled.run(inputsFor(program, 1, { tokens }))
    expect((await running.engine.read('e/mean')).data[0]).toBeCloseTo(0.99 + 0.01 * (16 / 9), 12)
    expect((await running.engine.read('e/variance')).data[0]).toBeCloseTo(
      0.99 + 0.01 * (44 / 9 - (16 / 9) ** 2),
      12,
    )
  })

  it('uses what has been moved on in evaluation', async () => {
    const running = await Running.start(shrunk(lessonArchitecture('stateful-lstm')))
    const evaluation = running.network.evaluation(B)
    const compiled = await running.compile(evaluation)
    const inputs = inputsFor(evaluation, 1, { fresh: fresh(1, 1, 1) })
    const before = Array.from((await compiled.run(inputs)).losses.data)
    const mean = await running.engine.read('violet/mean')
    await running.engine.write('violet/mean', { ...mean, data: mean.data.map((value) => value + 1) })
    expect(Array.from((await compiled.run(inputs)).losses.data)).not.toEqual(before)
  })
})

describe('a stateful box', () => {
  it('goes on from the batch before, but in rows that are fresh', async () => {
    const running = await Running.start(shrunk(lessonArchitecture('stateful-lstm')))
    const evaluation = running.network.evaluation(B)
    const compiled = await running.compile(evaluation)
    const inputs = inputsFor(evaluation)
    const rowsOf = async (which: Tensor) => {
      const { data } = (await compiled.run({ ...inputs, fresh: which })).losses
      return Array.from({ length: B }, (_, row) => Array.from(data.filter((_, place) => place % B === row)))
    }
    const first = await rowsOf(fresh(1, 1, 1))
    const second = await rowsOf(fresh(0, 1, 0))
    expect(second[1]).toEqual(first[1])
    expect(second[0]).not.toEqual(first[0])
    expect(second[2]).not.toEqual(first[2])
  })

  it('is left alone by evaluation and sampling while it trains', () => {
    const network = new Network(lessonArchitecture('stateful-lstm'), 86)
    const names = (program: Program) =>
      program.states.filter(({ role }) => role === 'carried').map(({ name }) => name)
    expect(names(network.evaluation(64))).toEqual([
      'evaluation-64/h/carried',
      'evaluation-64/h/carried-memory',
    ])
    expect(names(network.step(1))).toEqual(['step-1/h/carried', 'step-1/h/carried-memory'])
  })
})

describe('the initialisation program', () => {
  it('gives every parameter and statistic its first value', async () => {
    const running = await Running.start(shrunk(lessonArchitecture('stateful-lstm')))
    const program = running.network.initialization()
    await (await running.engine.compile(program)).run(inputsFor(program))
    const read = async (name: string) => Array.from((await running.engine.read(name)).data)
    const states = running
      .training()
      .states.filter(({ role }) => role === 'parameter' || role === 'statistic')
    expect(program.states.map(({ name }) => name).sort()).toEqual(states.map(({ name }) => name).sort())
    expect(await read('green/bias')).toEqual([0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0])
    expect(await read('violet/gamma')).toEqual([1, 1])
    expect(await read('violet/beta')).toEqual([0, 0])
    expect(await read('violet/mean')).toEqual([0, 0])
    expect(await read('violet/variance')).toEqual([1, 1])
    const embedding = await read('violet/embedding')
    expect(Math.max(...embedding.map(Math.abs))).toBeLessThanOrEqual(0.05)
    expect(new Set(embedding).size).toBe(embedding.length)
  })

  it('lays the identity along the diagonal, also of a matrix that is not square', async () => {
    const document = parseArchitecture({
      ...smallLoop(),
      colors: smallLoop().colors.map((color) => ({ ...color, initialization: 'identity', bias: 'ones' })),
    })
    const running = await Running.start(document)
    const program = running.network.initialization()
    await (await running.engine.compile(program)).run(inputsFor(program))
    const { data } = await running.engine.read('green/weights')
    expect(Array.from(data)).toEqual([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0])
    expect(Array.from((await running.engine.read('green/bias')).data)).toEqual([1, 1, 1, 1])
  })
})

describe('Network', () => {
  it.each([
    ['simple-rnn', 'window', false],
    ['three-characters', 'window', false],
    ['sequence-rnn', 'carried', false],
    ['stateful-lstm', 'carried', true],
  ] as const)('%s is continued by way of %s, stateful: %s', (name, stepping, stateful) => {
    const network = new Network(lessonArchitecture(name), 86)
    expect([network.stepping, network.stateful]).toEqual([stepping, stateful])
  })

  it('is continued by windows where the box starts from characters', () => {
    const document = smallLoop({
      shapes: [
        { id: 'c1', kind: 'rectangle', source: character(1) },
        { id: 'h1', kind: 'circle', size: 4 },
        { id: 'c', kind: 'rectangle', source: character('t'), box: 'loop' },
        { id: 'h', kind: 'circle', size: 4, box: 'loop' },
        { id: 'o', kind: 'triangle', predicts: { character: 't+1' }, box: 'loop' },
      ],
      arrows: [{ id: 'begin', from: 'c1', to: 'h1', color: 'green' }, ...smallLoop().arrows],
      boxes: [{ id: 'loop', from: 2, to: 3, start: { h: 'h1' } }],
    })
    expect(new Network(document, 86).stepping).toBe('window')
  })

  it('is not made of a document with problems', () => {
    const document = smallLoop()
    document.arrows[0].color = 'purple'
    expect(() => new Network(document, 86)).toThrow(expect.objectContaining({ code: 'unsound-architecture' }))
  })
})
