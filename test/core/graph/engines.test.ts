import { availableParallelism } from 'node:os'
import { afterAll, describe, expect, it } from 'vitest'
import { referenceProvider } from '../../../src-core/engines/reference/engine'
import { evaluate } from '../../../src-core/engines/reference/evaluate'
import type { Engine } from '../../../src-core/graph/engine'
import { grad } from '../../../src-core/graph/grad'
import { multiply, sum } from '../../../src-core/graph/ops'
import type { Program } from '../../../src-core/graph/program'
import { optimize } from '../../../src-core/graph/rewrites/optimize'
import { constant, variable, type Variable } from '../../../src-core/graph/variable'
import { ortProvider } from '../../../src-main/engines/ort/provider'
import { numbers, randomTensor } from '../../fixtures/finite-differences'
import { trainingProgram, type NetworkSizes } from '../../fixtures/networks'
import { dtypeOf, opTable } from '../../fixtures/op-table'
import { valuesFor } from '../../fixtures/op-values'

const providers = [referenceProvider, ortProvider]

for (const provider of providers) {
  describe(`the op table on ${provider.name}`, () => {
    const engines: Engine[] = []
    afterAll(() => Promise.all(engines.map((engine) => engine.dispose())))
    for (const { op, label, inputs, build } of opTable) {
      it(`${op}: ${label}`, async () => {
        const random = numbers(op.length * 31 + label.length)
        const variables = inputs.map((input, i) => variable(`x${i}`, dtypeOf(input), input.shape))
        const values = inputs.map((input) => valuesFor(input, random))
        const output = build(...variables)
        const outputs: Record<string, Variable> = { output }
        if (output.dtype === 'float32') {
          const weights = constant(randomTensor(output.shape, random))
          const floats = variables.filter(({ dtype }) => dtype === 'float32')
          grad(sum(multiply(output, weights)), floats).forEach(
            (gradient, i) => (outputs[`gradient${i}`] = gradient),
          )
        }
        const program: Program = {
          name: op,
          inputs: variables.map((each, i) => ({ name: `x${i}`, variable: each })),
          states: [],
          outputs,
          updates: {},
        }
        const engine = await provider.create({ threads: 1 })
        engines.push(engine)
        const compiled = await engine.compile(program)
        const results = await compiled.run(Object.fromEntries(values.map((value, i) => [`x${i}`, value])))
        const expected = evaluate(
          Object.values(outputs),
          new Map(variables.map((each, i) => [each, values[i]])),
        )
        Object.keys(outputs).forEach((name, i) => {
          expect(results[name].shape).toEqual(expected[i].shape)
          // float32 keeps 6e-8 of a value; the table's longest sums have some ten terms.
          const scale = Math.max(1, ...Array.from(expected[i].data, Math.abs))
          expected[i].data.forEach((value, at) => {
            expect(Math.abs(results[name].data[at] - value) / scale, `${name}[${at}]`).toBeLessThan(2e-6)
          })
        })
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
