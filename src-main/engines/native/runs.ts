import { setImmediate } from 'node:timers/promises'
import { flopsOf } from '../../../src-core/graph/flops'
import type { Program } from '../../../src-core/graph/program'
import { sizeOf } from '../../../src-core/graph/tensor'
import type { NativeProgram } from './addon'
import type { Layout } from './layout'

/**
 * Operations in products, and words beside those multiplied once, of a program that takes a fifth of a millisecond at
 * most: to ask another thread for it would take a fifth as much again.
 */
const FEW = { flops: 1e7, words: 250_000 }
/** Milliseconds of runs in place after which the event loop has a turn. */
const TURN = 4

type Inputs = readonly (Float32Array | Int32Array)[]

/** Whether a program takes little time on one thread: a step of sampling with a network that is not large. */
export function isShort(program: Program, { length }: Layout): boolean {
  const words = program.states.reduce((sum, { variable }) => sum + sizeOf(variable.shape), length)
  const flops = flopsOf(program)
  return flops <= FEW.flops && words <= FEW.words + flops / 2
}

/** An engine's runs: off the event loop, but for short ones while nothing else is under way. */
export class Runs {
  #underWay = 0
  /** When the event loop had its turn last. */
  #turn = 0

  async run(compiled: NativeProgram, inputs: Inputs, short: boolean): Promise<readonly ArrayBuffer[]> {
    if (short && this.#underWay === 0) {
      const outputs = compiled.runNow(inputs)
      if (performance.now() - this.#turn >= TURN) {
        await setImmediate()
        this.#turn = performance.now()
      }
      return outputs
    }
    this.#underWay++
    try {
      return await compiled.run(inputs)
    } finally {
      this.#underWay--
      this.#turn = performance.now()
    }
  }
}
