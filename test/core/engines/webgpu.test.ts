import { describe, expect, it } from 'vitest'
import { trafficOf } from '../../../src-core/engines/webgpu/device-program'
import { lowerProgram } from '../../../src-core/engines/webgpu/lower-program'
import { StateLayout } from '../../../src-core/engines/webgpu/state-layout'
import type { Program } from '../../../src-core/graph/program'
import { configurationNames } from '../../../src-main/host/benchmark'
import { benchmarkProgram } from '../../fixtures/benchmark-programs'

function lowered(program: Program) {
  const layout = new StateLayout()
  for (const { name, variable } of program.states) layout.declare(name, variable.dtype, variable.shape)
  return lowerProgram(program, (name) => layout.region(name))
}

describe('a training step on a GPU, counted', () => {
  // The list that is submitted once a step; these are the figures to beat, not to keep.
  const most: Record<string, number> = {
    rnn256x8: 23,
    gru256x8: 23,
    lstm256x8: 23,
    lstm512x40: 87,
    lstm2x512x40: 169,
  }
  it.each(configurationNames)('%s', (config) => {
    const program = benchmarkProgram(config)
    const device = lowered(program)
    const { dispatches, uploaded, downloaded } = trafficOf(device)
    expect(dispatches).toBeLessThanOrEqual(most[config])
    // Up: tokens and the learning rate. Down: the loss and the outputs' losses. No parameter either way.
    const [tokens] = program.inputs
    expect(uploaded).toBe(4 * (tokens.variable.shape[0] * tokens.variable.shape[1] + 1))
    expect(downloaded).toBe(4 * (1 + program.outputs['outputs'].shape[0]))
    expect(device.outputs.map(({ name }) => name)).toEqual(['loss', 'outputs'])
    // Every state is updated where it lives.
    expect(device.copies).toEqual([])
  })

  it('shares the shaders of a loop between its steps', () => {
    const { dispatches, shaders } = trafficOf(lowered(benchmarkProgram('lstm512x40')))
    expect(shaders).toBeLessThan(20)
    expect(dispatches).toBeGreaterThan(4 * shaders)
  })

  it('keeps what lives at the same time apart in memory', () => {
    // Each pool's regions that one dispatch names lie inside the pool.
    const device = lowered(benchmarkProgram('rnn256x8'))
    for (const { region } of [...device.inputs, ...device.outputs])
      expect(region.offset + region.size).toBeLessThanOrEqual(device.sizes.get(region.pool) ?? 0)
  })
})
