import { describe, expect, it } from 'vitest'
import { evaluate } from '../../../src-core/engines/reference/evaluate'
import { float32, type Tensor } from '../../../src-core/graph/tensor'
import { variable, type Variable } from '../../../src-core/graph/variable'
import { clip, optimizerStep, type OptimizerOptions } from '../../../src-core/nn/optimizer'

const gradients = [0.5, -2, 1.5]

/** The parameter after each of three steps from 1 with the gradients above, at a rate of 0.1. */
function trace(options: OptimizerOptions, others = 0): number[] {
  const parameters = Array.from({ length: 1 + others }, (_, i) => variable(`p${i}`, 'float32', [i + 1]))
  const given = parameters.map((p) => variable(`g ${p.name ?? ''}`, 'float32', p.shape))
  const rate = variable('rate', 'float32', [])
  const trained = parameters.map((parameter, i) => ({ name: `p${i}`, parameter, gradient: given[i] }))
  const { states, updates } = optimizerStep(options, trained, rate)
  const leaves = new Map([
    ...parameters.map((p, i) => [`p${i}`, p] as const),
    ...states.map((s) => [s.name, s.variable] as const),
  ])
  const values = new Map<Variable, Tensor>([[rate, float32([], [0.1])]])
  const full = ({ shape }: Variable, value: number) => ({
    dtype: 'float32' as const,
    shape,
    data: new Float64Array(shape[0] ?? 1).fill(value),
  })
  leaves.forEach((leaf, name) => values.set(leaf, full(leaf, name.startsWith('p') ? 1 : 0)))
  return gradients.map((gradient) => {
    given.forEach((g) => values.set(g, full(g, gradient)))
    const names = Object.keys(updates)
    const next = evaluate(Object.values(updates), values)
    names.forEach((name, i) => {
      const leaf = leaves.get(name)
      if (leaf) values.set(leaf, next[i])
    })
    return next[names.indexOf('p0')].data[0]
  })
}

/** The published rules, written out for one number. */
const rules: Record<string, { options: OptimizerOptions; expected: () => number[] }> = {
  sgd: {
    options: { kind: 'sgd' },
    expected: () => along((g, p) => p - 0.1 * g),
  },
  momentum: {
    options: { kind: 'momentum', momentum: 0.9, nesterov: false },
    expected: () => {
      let v = 0
      return along((g, p) => p - (v = 0.9 * v + 0.1 * g))
    },
  },
  'Nesterov momentum': {
    options: { kind: 'momentum', momentum: 0.9, nesterov: true },
    expected: () => {
      let v = 0
      return along((g, p) => {
        v = 0.9 * v + 0.1 * g
        return p - (0.9 * v + 0.1 * g)
      })
    },
  },
  rmsprop: {
    options: { kind: 'rmsprop', decay: 0.9, epsilon: 1e-8 },
    expected: () => {
      let a = 0
      return along((g, p) => {
        a = 0.9 * a + 0.1 * g * g
        return p - (0.1 * g) / (Math.sqrt(a) + 1e-8)
      })
    },
  },
  adam: {
    options: { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    expected: () => {
      let [m, v, t] = [0, 0, 0]
      return along((g, p) => {
        t++
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g * g
        const rate = (0.1 * Math.sqrt(1 - 0.999 ** t)) / (1 - 0.9 ** t)
        return p - (rate * m) / (Math.sqrt(v) + 1e-8)
      })
    },
  },
}

function along(step: (gradient: number, parameter: number) => number): number[] {
  let parameter = 1
  return gradients.map((gradient) => (parameter = step(gradient, parameter)))
}

describe('optimisers', () => {
  it.each(Object.keys(rules))('%s follows its published rule', (name) => {
    const { options, expected } = rules[name]
    // The rate of 0.1 was rounded to float32 on its way in.
    trace(options).forEach((value, i) => expect(value).toBeCloseTo(expected()[i], 6))
  })

  it.each(Object.keys(rules))('%s gives a parameter the same values among others', (name) => {
    const { options } = rules[name]
    trace(options, 3).forEach((value, i) => expect(value).toBeCloseTo(trace(options)[i], 12))
  })
})

describe('clipping', () => {
  const a = variable('a', 'float32', [2])
  const b = variable('b', 'float32', [1])
  const values = new Map([
    [a, float32([2], [3, 0])],
    [b, float32([1], [-4])],
  ])
  const clipped = (options: Parameters<typeof clip>[1]) =>
    evaluate(clip([a, b], options), values).map(({ data }) => [...data])

  it('scales all gradients down to a norm, together', () => {
    expect(clipped({ norm: 1 })).toEqual([[3 * 0.2, 0], [-4 * 0.2]])
  })

  it('leaves gradients within the norm as they are', () => {
    expect(clipped({ norm: 6 })).toEqual([[3, 0], [-4]])
  })

  it('cuts each element to a value', () => {
    expect(clipped({ value: 2 })).toEqual([[2, 0], [-2]])
  })

  it('does nothing where nothing is set', () => {
    expect(clip([a, b], {})).toEqual([a, b])
  })
})
