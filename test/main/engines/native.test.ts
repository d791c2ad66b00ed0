import { describe, expect, it } from 'vitest'
import { referenceProvider } from '../../../src-core/engines/reference/engine'
import type { Compiled } from '../../../src-core/graph/engine'
import { float32, int32, type Tensor } from '../../../src-core/graph/tensor'
import { Random } from '../../../src-core/random/random'
import type { NativeAddon } from '../../../src-main/engines/native/addon'
import { NativeEngine } from '../../../src-main/engines/native/engine'
import { lessonNames } from '../../core/architecture/documents'
import { trainingDifference, trainSteps } from '../../fixtures/engine-agreement'
import { numbers, randomTensor } from '../../fixtures/finite-differences'
import { trainingProgram } from '../../fixtures/networks'
import { builtAddon } from '../../fixtures/native-addon'
import { interpreter } from '../../fixtures/native-interpreter'
import { nativePrograms, programError } from '../../fixtures/native-programs'
import { describeAddon } from '../../fixtures/native-suite'
import { opError } from '../../fixtures/op-error'
import { opTable } from '../../fixtures/op-table'

describe('what programs are lowered to, on the interpreter of instructions', () => {
  for (const row of opTable) {
    it(`${row.op}: ${row.label}`, async () => {
      expect(await opError(new NativeEngine(interpreter, 1), row)).toBeLessThan(1e-5)
    })
  }

  for (const name of lessonNames) {
    it(`3 steps of ${name} agree with the reference`, async () => {
      const expected = await trainSteps(await referenceProvider.create({}), name, 3)
      const found = await trainSteps(new NativeEngine(interpreter, 1), name, 3)
      expect(trainingDifference(found, expected)).toBeLessThan(1e-4)
    })
  }

  for (const { label, program } of nativePrograms) {
    it(label, async () => {
      expect(await programError(new NativeEngine(interpreter, 1), program)).toBeLessThan(1e-5)
    })
  }
})

const { addon, said } = builtAddon()
describe.skipIf(addon === null)(`programs on the native engine${said}`, () => {
  if (addon === null) return

  for (const { label, program } of nativePrograms) {
    it(label, async () => {
      for (const threads of [1, 2, 3])
        expect(await programError(new NativeEngine(addon, threads), program)).toBeLessThan(1e-5)
    })
  }

  it('gives the same bits with the same threads', async () => {
    const runs = [1, 2].map(() => trainSteps(new NativeEngine(addon, 2), 'stacked-lstm', 8))
    const [first, second] = await Promise.all(runs)
    expect(second).toEqual(first)
  })
})

/** A training step of a small network, its parameters and a batch of text drawn anew for each step. */
class Trained {
  readonly engine: NativeEngine
  private readonly random = Random.from(1, 'text')
  private compiled: Compiled | null = null

  constructor(addon: NativeAddon) {
    this.engine = new NativeEngine(addon, 2)
  }

  async train(steps: number, skipped = 0): Promise<void> {
    this.compiled ??= await this.engine.compile(NETWORK)
    for (let step = 0; step < skipped + steps; step++) {
      const tokens = Int32Array.from({ length: 6 * 8 }, () => this.random.below(9))
      const inputs = { tokens: int32([6, 8], tokens), learningRate: float32([], [0.01]) }
      if (step >= skipped) await this.compiled.run(inputs)
    }
  }

  async states(): Promise<Tensor[]> {
    return Promise.all(NETWORK.states.map(({ name }) => this.engine.read(name)))
  }

  async start(values: readonly Tensor[]): Promise<void> {
    this.compiled ??= await this.engine.compile(NETWORK)
    for (const [i, { name }] of NETWORK.states.entries()) await this.engine.write(name, values[i])
  }
}

const NETWORK = trainingProgram({
  cell: 'gru',
  layers: 2,
  batch: 8,
  steps: 5,
  embedding: 5,
  hidden: 16,
  vocabulary: 9,
})
const drawn = numbers(3)
const first = NETWORK.states.map(({ variable, role }) => {
  const { shape, dtype, data } = randomTensor(variable.shape, drawn)
  return { dtype, shape, data: role === 'parameter' ? data : data.map(() => 0) }
})

describe.skipIf(addon === null)(`training on the native engine${said}`, () => {
  if (addon === null) return

  it('goes on bit for bit from the states that another engine read', async () => {
    const [whole, before, after] = [new Trained(addon), new Trained(addon), new Trained(addon)]
    await whole.start(first)
    await whole.train(7)
    await before.start(first)
    await before.train(4)
    await after.start(await before.states())
    await after.train(3, 4)
    expect(await after.states()).toEqual(await whole.states())
  })

  it('refuses an index outside of the table, changes nothing and goes on', async () => {
    const trained = new Trained(addon)
    await trained.start(first)
    const compiled = await trained.engine.compile(NETWORK)
    const inputs = (token: number) => ({
      tokens: int32([6, 8], new Int32Array(48).fill(token)),
      learningRate: float32([], [0.01]),
    })
    const before = await trained.states()
    await expect(compiled.run(inputs(9))).rejects.toMatchObject({ code: 'index' })
    await expect(compiled.run(inputs(-1))).rejects.toMatchObject({ code: 'index' })
    expect(await trained.states()).toEqual(before)
    await expect(compiled.run(inputs(8))).resolves.toHaveProperty('loss')
    expect(await trained.states()).not.toEqual(before)
  })

  it('refuses inputs and states that do not fit', async () => {
    const trained = new Trained(addon)
    const compiled = await trained.engine.compile(NETWORK)
    await expect(compiled.run({})).rejects.toMatchObject({ code: 'missing-input' })
    await expect(trained.engine.read('nothing')).rejects.toMatchObject({ code: 'unknown-state' })
    const write = trained.engine.write('embedding', float32([1], [1]))
    await expect(write).rejects.toMatchObject({ code: 'shape-mismatch' })
    await trained.engine.dispose()
  })
})

describeAddon(null)
