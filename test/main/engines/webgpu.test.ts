import { afterAll, describe, expect, it } from 'vitest'
import { referenceProvider } from '../../../src-core/engines/reference/engine'
import type { Compiled, Engine } from '../../../src-core/graph/engine'
import type { Program } from '../../../src-core/graph/program'
import { add, matmul } from '../../../src-core/graph/ops'
import { variable } from '../../../src-core/graph/variable'
import { webgpuProvider } from '../../../src-main/engines/webgpu/provider'
import { inputsFor, rate } from '../../core/architecture/running'
import { numbers, randomTensor } from '../../fixtures/finite-differences'
import { smallPrograms } from '../../fixtures/benchmark-programs'
import { expectRow } from '../../fixtures/op-rows'
import { opTable } from '../../fixtures/op-table'
import { softwareGpu } from '../../fixtures/software-gpu'

const missing = await softwareGpu()
const here = missing === null ? describe : describe.skip
const said = missing === null ? '' : ` (DID NOT RUN: ${missing})`

here(`the op table on webgpu${said}`, () => {
  let engine: Promise<Engine> | null = null
  const get = () => (engine ??= webgpuProvider.create({}))
  afterAll(async () => (await engine)?.dispose())
  for (const row of opTable) {
    // float32 keeps 6e-8 of a value; the table's longest sums have some ten terms.
    it(`${row.op}: ${row.label}`, async () => expectRow(await get(), row, 2e-6))
  }
})

here(`20 training steps on webgpu agree with the reference${said}`, () => {
  const V = 5
  for (const name of ['simple-rnn', 'gru', 'stateful-lstm', 'stacked-lstm'] as const) {
    it(name, async () => {
      const { training } = smallPrograms(name, V, 3)
      const expected = await train(await referenceProvider.create({}), training)
      const found = await train(await webgpuProvider.create({}), training)
      found.forEach((value, i) => expect(Math.abs(value - expected[i])).toBeLessThan(1e-4))
    })
  }

  it('gives the same bits for the same numbers', async () => {
    const { training } = smallPrograms('simple-rnn', V, 3)
    const engine = await webgpuProvider.create({})
    const compiled = await engine.compile(training)
    const runs: number[][] = []
    for (const _ of [1, 2]) runs.push(await steps(engine, compiled, training))
    await engine.dispose()
    expect(runs[1]).toEqual(runs[0])
  })
})

async function train(engine: Engine, program: Program): Promise<number[]> {
  const compiled = await engine.compile(program)
  const found = await steps(engine, compiled, program)
  await engine.dispose()
  return found
}

/** The losses of 20 steps from states of their own, and all states after them. */
async function steps(engine: Engine, compiled: Compiled, program: Program): Promise<number[]> {
  const random = numbers(11)
  for (const { name, role, variable: each } of program.states) {
    const drawn = role === 'parameter' || role === 'statistic'
    const data = randomTensor(each.shape, random).data.map((x) => (drawn ? 0.5 + x / 2 : 0))
    await engine.write(name, { dtype: 'float32', shape: each.shape, data })
  }
  const found: number[] = []
  for (let step = 0; step < 20; step++) {
    const { loss } = await compiled.run(inputsFor(program, step, { learningRate: rate(0.01) }))
    found.push(loss.data[0])
  }
  for (const { name } of program.states) found.push(...(await engine.read(name)).data)
  return found
}

here(`the engine webgpu${said}`, () => {
  it('keeps states between programs, which may bring new ones', async () => {
    const engine = await webgpuProvider.create({})
    const w = variable('w', 'float32', [2, 3])
    const state = { name: 'w', variable: w, role: 'parameter' as const }
    const more = { ...state, name: 'more', variable: variable('more', 'float32', [2, 3]) }
    const doubled = { name: 'doubled', inputs: [], states: [state], outputs: {}, updates: { w: add(w, w) } }
    const first = await engine.compile(doubled)
    await engine.write('w', { dtype: 'float32', shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) })
    await first.run({})
    const sum = {
      ...doubled,
      states: [state, more],
      outputs: { sum: add(w, more.variable) },
      updates: { more: w },
    }
    const second = await engine.compile(sum)
    await second.run({})
    expect(Array.from((await second.run({}))['sum'].data)).toEqual([4, 8, 12, 16, 20, 24])
    await first.run({})
    expect(Array.from((await engine.read('w')).data)).toEqual([4, 8, 12, 16, 20, 24])
    await engine.dispose()
  })

  it('has every state read before any is overwritten', async () => {
    const engine = await webgpuProvider.create({})
    const [a, b] = ['a', 'b'].map((name) => variable(name, 'float32', [300]))
    const swap: Program = {
      name: 'swap',
      inputs: [],
      states: [a, b].map((each) => ({ name: each.name ?? '', variable: each, role: 'carried' })),
      outputs: {},
      updates: { a: b, b: add(a, b) },
    }
    const compiled = await engine.compile(swap)
    const ones = new Float32Array(300).fill(1)
    for (const name of ['a', 'b']) await engine.write(name, { dtype: 'float32', shape: [300], data: ones })
    for (let run = 0; run < 4; run++) await compiled.run({})
    expect(new Set((await engine.read('a')).data)).toEqual(new Set([5]))
    expect(new Set((await engine.read('b')).data)).toEqual(new Set([8]))
    await engine.dispose()
  })

  it('says how much is too much for the device', async () => {
    const engine = await webgpuProvider.create({})
    const [a, b] = [variable('a', 'float32', [40_000, 1]), variable('b', 'float32', [1, 40_000])]
    const program: Program = {
      name: 'large',
      inputs: [
        { name: 'a', variable: a },
        { name: 'b', variable: b },
      ],
      states: [],
      outputs: { product: matmul(a, b) },
      updates: {},
    }
    await expect(engine.compile(program)).rejects.toMatchObject({ code: 'device-limit' })
    await engine.dispose()
  })

  it('says that its device is gone', async () => {
    const engine = await webgpuProvider.create({})
    const { training } = smallPrograms('simple-rnn', 5, 3)
    const compiled = await engine.compile(training)
    await engine.dispose()
    await expect(compiled.run(inputsFor(training, 1, { learningRate: rate(0.1) }))).rejects.toMatchObject({
      code: 'device-lost',
    })
  })
})
