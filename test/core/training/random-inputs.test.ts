import { expect, test } from 'vitest'
import type { Program, RandomFill } from '../../../src-core/graph/program'
import { variable } from '../../../src-core/graph/variable'
import { RandomInputs } from '../../../src-core/training/random-inputs'

function drawn(fill: RandomFill, { seed = 1, purpose = 'training', step = 0, name = 'mask' } = {}): number[] {
  const program: Program = {
    name: 'program',
    inputs: [
      { name: 'tokens', variable: variable('tokens', 'int32', [4]) },
      { name, variable: variable(name, 'float32', [50, 20]), random: fill },
    ],
    states: [],
    outputs: {},
    updates: {},
  }
  const inputs = new RandomInputs(program, seed, purpose)
  expect(Object.keys(inputs.tensors)).toEqual([name])
  inputs.draw(step)
  return [...inputs.tensors[name].data]
}

test.each<[string, RandomFill, (values: number[]) => boolean]>([
  ['uniform', { kind: 'uniform' }, (values) => values.every((value) => value >= 0 && value < 1)],
  ['normal', { kind: 'normal' }, (values) => Math.min(...values) < -2 && Math.max(...values) > 2],
  ['mask', { kind: 'mask', keep: 0.5 }, (values) => values.every((value) => value === 0 || value === 2)],
])('fills by the kind asked for: %s', (_, fill, fits) => {
  expect(fits(drawn(fill))).toBe(true)
})

test('what is drawn depends on seed, purpose, step and name, and on nothing else', () => {
  const fill: RandomFill = { kind: 'uniform' }
  const first = drawn(fill)
  expect(drawn(fill)).toEqual(first)
  for (const other of [{ seed: 2 }, { purpose: 'initialization' }, { step: 1 }, { name: 'noise' }]) {
    expect(drawn(fill, other)).not.toEqual(first)
  }
})
