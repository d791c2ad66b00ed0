import { availableParallelism } from 'node:os'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { referenceProvider } from '../../../src-core/engines/reference/engine'
import type { Engine } from '../../../src-core/graph/engine'
import type { Program } from '../../../src-core/graph/program'
import { optimize } from '../../../src-core/graph/rewrites/optimize'
import { ortProvider } from '../../../src-main/engines/ort/provider'
import { numbers, randomTensor } from '../../fixtures/finite-differences'
import { trainingProgram, type NetworkSizes } from '../../fixtures/networks'
import { opError } from '../../fixtures/op-error'
import { opTable } from '../../fixtures/op-table'

const providers = [referenceProvider, ortProvider]

for (const provider of providers) {
  describe(`the op table on ${provider.name}`, () => {
    let engine: Engine
    beforeAll(async () => {
      engine = await provider.create({ threads: 1 })
    })
    afterAll(() => engine.dispose())
    for (const row of opTable) {
      it(`${row.op}: ${row.label}`, async () => {
        // float32 keeps 6e-8 of a value; the table's longest sums have some ten terms.
        expect(await opError(engine, row)).toBeLessThan(2e-6)
      })
    }
  })
}

describe('20 training steps on ort agree with the reference', () => {
  // Eight rows and more are held in columns inside loops.
  const small = { batch: 8, steps: 5, embedding: 3, hidden: 6, vocabulary: 7 }
  const networks: Record<string, NetworkSizes> = {
    plain: { ...small, cell: 'plain', layers: 1 },
    'plain, few rows': { ...small, cell: 'plain', layers: 1, batch: 3 },
    'LSTM, few rows': { ...small, cell: 'lstm', layers: 2, batch: 3 },
    'layer normalisation': { ...small, cell: 'plain', layers: 1, layerNorm: true },
    'GRU, reset after': { ...small, cell: 'gru', layers: 1 },
    'GRU, reset before': { ...small, cell: 'gru', layers: 1, reset: 'before' },
    LSTM: { ...small, cell: 'lstm', layers: 1 },
    'two LSTMs': { ...small, cell: 'lstm', layers: 2 },
  }
  for (const [name, sizes] of Object.entries(networks)) {
    it(name, async () => {
      const program = trainingProgram(sizes)
      const rewritten = optimize(program)
      const runs = await Promise.all([
        train(await referenceProvider.create({}), program),
        train(await ortProvider.create({ threads: availableParallelism() }), rewritten),
      ])
      runs[1].forEach((value, i) => expect(Math.abs(value - runs[0][i])).toBeLessThan(1e-4))
    })
  }

  /** The losses of 20 steps and the parameters after them. */
  async function train(engine: Engine, program: Program): Promise<number[]> {
    const random = numbers(11)
    const compiled = await engine.compile(program)
    const parameters = program.states.filter(({ role }) => role === 'parameter')
    for (const { name, variable: each } of parameters) {
      await engine.write(name, {
        ...randomTensor(each.shape, random),
        data: Float32Array.from(randomTensor(each.shape, random).data, (x) => x / 2),
      })
    }
    const found: number[] = []
    for (let step = 0; step < 20; step++) {
      const shape = program.inputs[0].variable.shape
      const data = Int32Array.from({ length: shape[0] * shape[1] }, () =>
        Math.floor(random() * small.vocabulary),
      )
      const learningRate = { dtype: 'float32' as const, shape: [], data: Float32Array.of(0.01) }
      const { loss } = await compiled.run({ tokens: { dtype: 'int32', shape, data }, learningRate })
      found.push(loss.data[0])
    }
    for (const { name } of parameters) found.push(...(await engine.read(name)).data)
    await engine.dispose()
    return found
  }
})
