import { describe, expect, it } from 'vitest'
import { Network } from '../../../src-core/architecture/network'
import { parseArchitecture } from '../../../src-core/architecture/parse'
import type { Program } from '../../../src-core/graph/program'
import { makePlan } from '../../../src-core/training/plan'
import { trainingPrograms } from '../../../src-core/training/programs'
import type { Buffer, Chain, Instruction, Loop } from '../../../src-main/engines/native/instructions'
import { layOut } from '../../../src-main/engines/native/layout'
import { lowerProgram } from '../../../src-main/engines/native/lower-program'
import { placesOf } from '../../../src-main/engines/native/places'
import { prepare } from '../../../src-main/engines/native/rewrites/prepare'
import { benchmarkArchitecture } from '../../../src-main/host/benchmark-networks'
import { benchmarkProgram } from '../../fixtures/benchmark-programs'
import { smallNetwork } from '../../fixtures/engine-agreement'

const machine = { packedLength: (k: number, n: number) => k * n, threads: 2, precision: 'float32' } as const
const lower = (program: Program) => lowerProgram(prepare(program), machine).list
const listOf = (config: string) => lower(benchmarkProgram(config)).instructions
const isLoop = (each: Instruction): each is Loop => each.op === 'loop'
const ops = (instructions: readonly Instruction[]) => instructions.map(({ op }) => op)
const count = (instructions: readonly Instruction[], op: Instruction['op']) =>
  instructions.filter((each) => each.op === op).length

describe('the loops of a training step', () => {
  for (const config of ['rnn256x8', 'gru256x8', 'lstm256x8']) {
    it(`of ${config}: a product and a chain forward, a chain and a product backward, by rows`, () => {
      const [forward, backward, ...others] = listOf(config).filter(isLoop)
      expect(others).toHaveLength(0)
      expect(ops(forward.body)).toEqual(['product', 'chain'])
      expect(ops(backward.body)).toEqual(['chain', 'product'])
      expect([forward, backward].map(({ rows, reverse }) => [rows, reverse])).toEqual([
        [64, false],
        [64, true],
      ])
    })
  }

  it('of large networks take what does not fit the cache into their steps', () => {
    expect(
      listOf('lstm512x40')
        .filter(isLoop)
        .map(({ body }) => ops(body)),
    ).toEqual([
      ['product', 'chain'],
      ['product', 'chain', 'product'],
    ])
    expect(
      listOf('lstm2x512x40')
        .filter(isLoop)
        .map(({ body }) => ops(body)),
    ).toEqual([
      ['product', 'chain'],
      ['product', 'product', 'chain'],
      ['product', 'chain', 'product'],
      ['product', 'chain', 'product'],
    ])
  })

  it('multiply no zeros, and nothing that is not read', () => {
    const turns = (config: string) => {
      const products = listOf(config).flatMap((each) => (isLoop(each) ? each.body : []))
      return products.flatMap((each) => (each.op === 'product' ? [each.turns] : []))
    }
    expect(turns('rnn256x8')).toEqual(['afterFirst', 'beforeLast'])
    expect(turns('lstm2x512x40')).toEqual([
      'afterFirst',
      ...['all', 'afterFirst'],
      ...['all', 'beforeLast'],
      ...['all', 'beforeLast'],
    ])
    const rows = (config: string) =>
      listOf(config).flatMap((each) => (each.op === 'gradient' ? [each.k] : []))
    expect(rows('lstm256x8')).toEqual([512, 86, 448])
    // The upper layer's states are multiplied together with what they were computed from.
    expect(rows('lstm2x512x40')).toEqual([2560, 2560, 60, 2496])
  })

  it('multiply a state that goes from batch to batch at every turn', () => {
    const { training } = trainingPrograms(smallNetwork('stateful-lstm'), makePlan({ batch: 8 }))
    const [forward, backward] = lower(training).instructions.filter(isLoop)
    const turns = [forward, backward].map(({ body }) =>
      body.flatMap((each) => (each.op === 'product' ? [each.turns] : [])),
    )
    expect(turns).toEqual([['all'], ['beforeLast']])
  })

  it('of an LSTM do with eight operations in each direction', () => {
    const chains = listOf('lstm512x40')
      .filter(isLoop)
      .flatMap(({ body }) => body.filter((each): each is Chain => each.op === 'chain'))
    expect(chains.map(({ steps }) => steps.length)).toEqual([8, 8])
  })

  it('write the gradients of gates over the gates', () => {
    const [, backward] = listOf('lstm512x40').filter(isLoop)
    const chain = backward.body.find((each): each is Chain => each.op === 'chain')
    const gates = chain?.operands.filter(({ read, written, step }) => read && written && step > 0)
    expect(new Set(gates?.map(({ buffer }) => buffer)).size).toBe(1)
    expect(gates?.map(({ offset }) => offset).sort((a, b) => a - b)).toEqual([0, 512, 1024, 1536])
  })
})

describe('the rest of a training step', () => {
  for (const config of ['rnn256x8', 'gru256x8', 'lstm256x8', 'lstm512x40', 'lstm2x512x40']) {
    it(`of ${config} copies nothing and updates each parameter in one chain, in its place`, () => {
      const instructions = listOf(config)
      const flat = instructions.flatMap((each) => (isLoop(each) ? each.body : [each]))
      expect(count(flat, 'copy')).toBe(0)
      expect(count(flat, 'crossEntropy')).toBe(1)
      const states = new Map<string, number>()
      for (const each of flat)
        for (const { place, written } of placesOf(each)) {
          const { state } = place.buffer
          if (written && state !== null) states.set(state, (states.get(state) ?? 0) + 1)
        }
      const parameters = [...states.keys()].filter((name) => !name.startsWith('optimizer/'))
      const program = benchmarkProgram(config)
      expect(parameters).toHaveLength(program.states.filter(({ role }) => role === 'parameter').length)
      for (const name of parameters) expect(states.get(name)).toBe(1)
    })
  }

  it('of an LSTM takes three passes for the gradients of all weights', () => {
    expect(count(listOf('lstm512x40'), 'gradient')).toBe(3)
  })
})

describe('sampling one token', () => {
  it('of two layers reads each weight as it lies', () => {
    const { document, vocabulary } = benchmarkArchitecture('lstm2x512x40')
    const { instructions } = lower(new Network(parseArchitecture(document), vocabulary).step(1))
    expect(count(instructions, 'direct')).toBe(5)
    expect(count(instructions, 'pack') + count(instructions, 'product') + count(instructions, 'copy')).toBe(0)
    expect(instructions.length).toBeLessThanOrEqual(10)
  })
})

describe('the arena', () => {
  it('gives no two buffers that are needed at once one place', () => {
    const list = lower(benchmarkProgram('lstm2x512x40'))
    const { offsets, length } = layOut(list)
    const lives = new Map<Buffer, [first: number, last: number]>()
    list.instructions.forEach((instruction, at) => {
      for (const { place } of placesOf(instruction)) {
        const [first] = lives.get(place.buffer) ?? [at]
        lives.set(place.buffer, [first, at])
      }
    })
    const rooms = [...lives].flatMap(([buffer, [first, last]]) => {
      const start = offsets.get(buffer) ?? -1
      return buffer.state === null ? [{ first, last, start, end: start + buffer.length }] : []
    })
    expect(rooms.every(({ start, end }) => start >= 0 && start % 16 === 0 && end <= length)).toBe(true)
    const overlapping = rooms.flatMap((a, i) =>
      rooms
        .slice(i + 1)
        .filter((b) => a.first <= b.last && b.first <= a.last && a.start < b.end && b.start < a.end),
    )
    expect(overlapping).toHaveLength(0)
    expect(length).toBeLessThan(rooms.reduce((sum, { start, end }) => sum + end - start, 0))
  })
})
