import { describe, expect, it } from 'vitest'
import { evaluate } from '../../../src-core/engines/reference/evaluate'
import { grad } from '../../../src-core/graph/grad'
import { add, matmul, multiply, sum, tanh } from '../../../src-core/graph/ops'
import { reach, scan, type Scan } from '../../../src-core/graph/scan'
import { rewrite } from '../../../src-core/graph/rewrites/optimize'
import type { Tensor } from '../../../src-core/graph/tensor'
import { constant, variable, zeros, type Variable } from '../../../src-core/graph/variable'
import { gradientError, numbers, randomTensor } from '../../fixtures/finite-differences'
import { buildNetwork, type NetworkSizes } from '../../fixtures/networks'

const small = { batch: 3, steps: 4, embedding: 3, hidden: 4, vocabulary: 5 }
const networks: Record<string, NetworkSizes> = {
  plain: { ...small, cell: 'plain', layers: 1 },
  'plain with layer normalisation in the loop': { ...small, cell: 'plain', layers: 1, layerNorm: true },
  'GRU, reset after': { ...small, cell: 'gru', layers: 1 },
  'GRU, reset before': { ...small, cell: 'gru', layers: 1, reset: 'before' },
  LSTM: { ...small, cell: 'lstm', layers: 1 },
  'two LSTMs': { ...small, cell: 'lstm', layers: 2 },
}

function given(tokens: Variable, parameters: readonly Variable[]): Map<Variable, Tensor> {
  const random = numbers(7)
  const text = Int32Array.from({ length: tokens.shape[0] * tokens.shape[1] }, () =>
    Math.floor(random() * small.vocabulary),
  )
  const values = new Map<Variable, Tensor>([[tokens, { dtype: 'int32', shape: tokens.shape, data: text }]])
  for (const parameter of parameters) values.set(parameter, randomTensor(parameter.shape, random))
  return values
}

/** The loops of a graph and how many products each has in its body. */
function productsInLoops(roots: readonly Variable[]): number[] {
  const loops = new Set(reach(roots).flatMap(({ node }) => (node.kind === 'scan' ? [node] : [])))
  const products = ({ body }: Scan) =>
    body.variables.filter(({ node }) => node.kind === 'apply' && node.name === 'matmul')
  return [...loops].map((loop) => products(loop).length)
}

describe('whole networks', () => {
  for (const [name, sizes] of Object.entries(networks)) {
    it(`${name}: gradients against finite differences`, () => {
      const { tokens, parameters, loss } = buildNetwork(sizes)
      expect(gradientError(loss, parameters, given(tokens, parameters))).toBeLessThan(1e-6)
    })

    it(`${name}: the same loss and gradients when its loops are taken apart`, () => {
      const { tokens, parameters, loss } = buildNetwork(sizes)
      const roots = [loss, ...grad(loss, parameters)]
      const values = given(tokens, parameters)
      const plain = evaluate(roots, values)
      const rewritten = evaluate(rewrite(roots), values)
      rewritten.forEach(({ data, shape }, i) => {
        expect(shape).toEqual(plain[i].shape)
        // The same sums in another order: float64 leaves 1e-16 an addition.
        data.forEach((value, at) => expect(Math.abs(value - plain[i].data[at])).toBeLessThan(1e-12))
      })
    })
  }
})

describe('what stays in a loop', () => {
  const loopsOf = (sizes: NetworkSizes) => {
    const { parameters, loss } = buildNetwork(sizes)
    return productsInLoops(rewrite([loss, ...grad(loss, parameters)]))
  }

  it('is one product a step forward and one backward for a plain network, an LSTM and a GRU with reset after', () => {
    expect(loopsOf(networks['plain'])).toEqual([1, 1])
    expect(loopsOf(networks['LSTM'])).toEqual([1, 1])
    expect(loopsOf(networks['GRU, reset after'])).toEqual([1, 1])
  })

  it('is a loop of its own for each layer', () => {
    expect(loopsOf(networks['two LSTMs'])).toEqual([1, 1, 1, 1])
  })
})

describe('each rewrite', () => {
  const x = variable('x', 'float32', [5, 2, 3])
  const w = variable('w', 'float32', [3, 3])
  const start = zeros([2, 3])
  const loop = (step: Parameters<typeof scan>[0]) => scan(step, { sequences: [x], initial: [start] })

  it('does products of the sequences before the loop', () => {
    const { final } = loop(([e], [s]) => ({ next: [tanh(add(matmul(e, w), s))] }))
    expect(productsInLoops(final)).toEqual([1])
    expect(productsInLoops(rewrite(final))).toEqual([0])
  })

  it('does products of the outputs after the loop', () => {
    const { collected } = loop(([e], [s]) => {
      const next = tanh(add(e, s))
      return { next: [next], collect: [matmul(next, w)] }
    })
    expect(productsInLoops(collected)).toEqual([1])
    expect(productsInLoops(rewrite(collected))).toEqual([0])
  })

  it('sums the gradients of weights in one product over all steps', () => {
    const { final } = loop(([e], [s]) => ({ next: [tanh(add(e, matmul(s, w)))] }))
    const [gradient] = grad(sum(final[0]), [w])
    expect(productsInLoops([gradient])).toEqual([1, 2])
    expect(productsInLoops(rewrite([gradient]))).toEqual([1, 1])
  })

  it('leaves a loop whole where an op has no form for all steps at once', () => {
    const { collected } = loop(([e], [s]) => ({
      next: [add(s, e)],
      collect: [matmul(e, s, { transposeA: true })],
    }))
    const values = new Map([[x, randomTensor(x.shape, numbers(3))]])
    const [plain] = evaluate(collected, values)
    expect(evaluate(rewrite(collected), values)[0].data).toEqual(plain.data)
    expect(productsInLoops(rewrite(collected))).toEqual([1])
  })
})

it('differentiates through loops in loops', () => {
  const x = variable('x', 'float32', [3, 2])
  const outer = scan(
    ([row], [s]) => {
      const inner = scan((_, [t]) => ({ next: [tanh(add(multiply(t, row), s))] }), {
        length: 2,
        initial: [s],
      })
      return { next: [inner.final[0]] }
    },
    { sequences: [x], initial: [constant(randomTensor([2], numbers(5)))] },
  )
  const values = new Map([[x, randomTensor(x.shape, numbers(9))]])
  expect(gradientError(sum(outer.final[0]), [x], values)).toBeLessThan(1e-6)
  const [plain] = evaluate(grad(sum(outer.final[0]), [x]), values)
  const [rewritten] = evaluate(rewrite(grad(sum(outer.final[0]), [x])), values)
  plain.data.forEach((value, i) => expect(rewritten.data[i]).toBeCloseTo(value, 12))
})
