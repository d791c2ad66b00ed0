import { describe, expect, test, vi } from 'vitest'
import type { NativeProgram } from '../../../src-main/engines/native/addon'
import { layOut } from '../../../src-main/engines/native/layout'
import { lowerProgram } from '../../../src-main/engines/native/lower-program'
import { prepare } from '../../../src-main/engines/native/rewrites/prepare'
import { isShort, Runs } from '../../../src-main/engines/native/runs'
import type { Program } from '../../../src-core/graph/program'
import { Network } from '../../../src-core/architecture/network'
import { parseArchitecture } from '../../../src-core/architecture/parse'
import { benchmarkArchitecture, benchmarkPrograms } from '../../../src-main/host/benchmark-networks'

/** A program that writes down which way it was run. */
function pretended() {
  const ways: string[] = []
  const waiting: (() => void)[] = []
  const compiled: NativeProgram = {
    run: () => {
      ways.push('there')
      return new Promise((resolve) => waiting.push(() => resolve([])))
    },
    runNow: () => {
      ways.push('here')
      return []
    },
    profile: () => Promise.reject(new Error('not asked for')),
    dispose: () => undefined,
  }
  return { compiled, ways, answer: () => waiting.shift()?.() }
}

describe('a run of an engine', () => {
  test('is on the thread that asks where it is short and alone, with turns for the event loop', async () => {
    const clock = vi.spyOn(performance, 'now').mockReturnValue(1000)
    const { compiled, ways, answer } = pretended()
    const runs = new Runs()
    const run = async (short: boolean) => {
      let turns = 0
      setImmediate(() => turns++)
      const running = runs.run(compiled, [], short)
      answer()
      await running
      return turns
    }
    // The event loop may not have had its turn for long.
    expect(await run(true)).toBe(1)
    expect(await run(true)).toBe(0)
    expect(await run(false)).toBe(0)
    clock.mockReturnValue(1003)
    expect(await run(true)).toBe(0)
    clock.mockReturnValue(1005)
    expect(await run(true)).toBe(1)
    expect(ways).toEqual(['here', 'here', 'there', 'here', 'here'])
    clock.mockRestore()
  })

  test('never passes one that is under way', async () => {
    const { compiled, ways, answer } = pretended()
    const runs = new Runs()
    const both = [runs.run(compiled, [], false), runs.run(compiled, [], true), runs.run(compiled, [], true)]
    expect(ways).toEqual(['there', 'there', 'there'])
    both.forEach(answer)
    await Promise.all(both)
  })
})

describe('a short program', () => {
  const short = (program: Program) => {
    const packedLength = (k: number, n: number) => k * n
    const { list } = lowerProgram(prepare(program), { packedLength, threads: 1, precision: 'float32' })
    return isShort(program, layOut(list))
  }
  const stepOf = (config: string) => {
    const { document, vocabulary } = benchmarkArchitecture(config)
    return new Network(parseArchitecture(document), vocabulary).step(1)
  }

  test('is a step of a network that is not large, not a step of training nor the drawing of weights', () => {
    expect(short(stepOf('rnn256x8'))).toBe(true)
    expect(short(stepOf('lstm2x512x40'))).toBe(true)
    expect(short(benchmarkPrograms('rnn256x8').training)).toBe(false)
    expect(short(benchmarkPrograms('lstm512x40').initialization)).toBe(false)
  })
})
