import { describe, expect, it } from 'vitest'
import { kernelTimes } from '../../../src-main/engines/native/kernel-times'
import type { Instruction } from '../../../src-main/engines/native/instructions'
import { printNativeProgram } from '../../../src-main/engines/native/print-program'
import { benchmarkPrograms } from '../../../src-main/host/benchmark-networks'

const { training, evaluation } = benchmarkPrograms('rnn256x8')

describe('a list of instructions in print', () => {
  const lines = printNativeProgram(training, 2).split('\n')

  it('says how much it is, on how many threads', () => {
    expect(lines[0]).toMatch(
      /^training: \d+ instructions on 2 threads, \d+\.\d MiB of memory besides the states$/,
    )
    const count = Number(/ (\d+) instructions/.exec(lines[0])?.[1])
    // Inputs, outputs and constants have a line each.
    expect(lines).toHaveLength(1 + 3 + count)
  })

  it('names what the diagram names, and what is made of that', () => {
    const at = lines.findIndex((line) => line.startsWith('LOOP 8 steps, 64 rows'))
    expect(lines[at + 1]).toMatch(
      /^ {2}PRODUCT \[64, 256\]·\[256, 256\] .*= .*h1-on\/weights packed, not in the first turn$/,
    )
    expect(lines[at + 2]).toMatch(/^ {2}CHAIN .*relu\(m0\)$/)
    const products = lines.filter((line) => /^PRODUCT/.test(line))
    expect(products[0]).toContain(
      'e/embedding·h1-in/weights = h1-in/bias + e/embedding · h1-in/weights packed',
    )
    // Numbers of variables would differ from one printing to the next.
    expect(lines.join('\n')).not.toMatch(/\bv\d+\b/)
  })

  it('gives no two buffers one name, and a program one text', () => {
    const starts = lines
      .filter((line) => /^FILL/.test(line))
      .map((line) => line.split(' ').slice(2).join(' '))
    expect(new Set(starts).size).toBe(starts.length)
    expect(printNativeProgram(benchmarkPrograms('rnn256x8').training, 2)).toBe(lines.join('\n'))
  })

  it('is of any program', () => {
    expect(printNativeProgram(evaluation, 1)).toMatch(/^evaluation: \d+ instructions on 1 thread, /)
  })
})

describe('times by instruction', () => {
  const buffer = (name: string) => ({ name, length: 16, state: null })
  const at = (name: string) => ({ buffer: buffer(name), offset: 0, step: 0 })
  const fill = (name: string): Instruction => ({ op: 'fill', count: 16, target: at(name), word: 0 })

  it('add up what is alike, count loops by their steps, and keep the waiting apart', () => {
    const loop = (rows: number): Instruction => ({
      ...{ op: 'loop', length: 8, reverse: false, rows },
      body: [fill('a'), fill('b')],
    })
    const list = [fill('a'), loop(4), fill('a'), loop(0)]
    const times = kernelTimes(list, Float64Array.of(1, 0.5, 20, 30, 2, 0, 40, 50))
    expect(times).toEqual([
      { name: 'FILL [16] a', times: 2, milliseconds: 3 },
      { name: 'waiting for other threads at the end of loops', times: 1, milliseconds: 0.5 },
      { name: 'FILL [16] a, in a loop', times: 16, milliseconds: 60 },
      { name: 'FILL [16] b, in a loop', times: 16, milliseconds: 80 },
    ])
  })
})
