import { describe, expect, it } from 'vitest'
import { Network } from '../../../src-core/architecture/network'
import { parseArchitecture } from '../../../src-core/architecture/parse'
import { referenceProvider } from '../../../src-core/engines/reference/engine'
import { isElementwise } from '../../../src-core/graph/elementwise'
import type { Engine } from '../../../src-core/graph/engine'
import type { Program } from '../../../src-core/graph/program'
import { Scan } from '../../../src-core/graph/scan'
import type { Variable } from '../../../src-core/graph/variable'
import { makePlan } from '../../../src-core/training/plan'
import { trainingPrograms } from '../../../src-core/training/programs'
import { isProductSum, lastAxisOf, scopesOf } from '../../../src-main/engines/native/rewrites/columns'
import { cut } from '../../../src-main/engines/native/rewrites/cut'
import { gatherProducts } from '../../../src-main/engines/native/rewrites/gather-products'
import { prepare } from '../../../src-main/engines/native/rewrites/prepare'
import { sink } from '../../../src-main/engines/native/rewrites/sink'
import { benchmarkArchitecture } from '../../../src-main/host/benchmark-networks'
import { lessonNames } from '../../core/architecture/documents'
import { trainingDifference, trainSteps } from '../../fixtures/engine-agreement'

/** The oracle on programs that were rewritten first. */
async function rewriting(rewrite: (program: Program) => Program): Promise<Engine> {
  const engine = await referenceProvider.create({})
  const compile = engine.compile.bind(engine)
  engine.compile = (program) => compile(rewrite(program))
  return engine
}

describe('the rewrites of the native engine', () => {
  // Sums are taken in another order in float64: 20 steps of training stay within rounding.
  for (const name of lessonNames) {
    it(`leave the numbers of ${name} as they are`, async () => {
      const expected = await trainSteps(await referenceProvider.create({}), name, 20)
      for (const rewrite of [cut, gatherProducts, sink, prepare]) {
        const found = await trainSteps(await rewriting(rewrite), name, 20)
        expect(trainingDifference(found, expected)).toBeLessThan(1e-9)
      }
    })
  }

  it('leave no slice or concatenation of columns between element-wise ops', () => {
    for (const config of ['gru256x8', 'lstm256x8']) {
      const between = (program: Program) =>
        allOf(program).filter(({ node }) => {
          if (!isElementwise(node)) return false
          return node.inputs.some((input) => {
            const { node: moved } = input
            return lastAxisOf(moved) !== null && moved.kind === 'apply' && moved.inputs.some(isMade)
          })
        })
      expect(between(trainingOf(config)).length).toBeGreaterThan(0)
      expect(between(prepare(trainingOf(config)))).toHaveLength(0)
    }
  })

  it('multiply the table instead of its rows, and sum the rows of its gradient first', () => {
    const rows = (program: Program) =>
      allOf(program).flatMap(({ node }) =>
        node.kind === 'apply' && node.name === 'matmul'
          ? node.inputs.filter((input) => input.node.kind === 'apply' && input.shape[1] === 42)
          : [],
      )
    expect(rows(trainingOf('rnn256x8')).length).toBeGreaterThan(0)
    expect(rows(prepare(trainingOf('rnn256x8')))).toHaveLength(0)
  })

  it('bring the products of a second layer into its loop, and every loop stays one', () => {
    const loops = (program: Program) => [
      ...new Set(allOf(program).flatMap(({ node }) => (node instanceof Scan ? [node] : []))),
    ]
    const before = loops(trainingOf('lstm2x512x40'))
    const after = loops(prepare(trainingOf('lstm2x512x40')))
    expect(after).toHaveLength(before.length)
    const products = ({ body }: Scan) =>
      body.variables.filter(({ node }) => node.kind === 'apply' && node.name === 'matmul').length
    expect(before.map(products)).toEqual([1, 1, 1, 1])
    expect(after.map(products).sort()).toEqual([1, 2, 2, 2])
  })
})

const isMade = (value: Variable) => isElementwise(value.node) && !isProductSum(value)

function trainingOf(config: string): Program {
  const { document, batch, vocabulary } = benchmarkArchitecture(config)
  return trainingPrograms(new Network(parseArchitecture(document), vocabulary), makePlan({ batch })).training
}

function allOf(program: Program): Variable[] {
  return scopesOf([...Object.values(program.outputs), ...Object.values(program.updates)]).flat()
}
