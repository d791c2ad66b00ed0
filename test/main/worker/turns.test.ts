import { describe, expect, test } from 'vitest'
import type { Logits } from '../../../src-core/sampling/distribution'
import type { Stepper } from '../../../src-core/sampling/stepper'
import { Cancelled, TurnStepper } from '../../../src-main/worker/turn-stepper'
import { Turns } from '../../../src-main/worker/turns'

/** Notes what it is fed under its name. */
class NotingStepper implements Stepper {
  readonly vocabularySize = 2
  readonly padding = 0

  constructor(
    private readonly name: string,
    private readonly notes: (readonly [name: string, tokens: number[]])[],
  ) {}

  reset(): void {
    this.notes.push([this.name, []])
  }

  activations(): Float32Array[] {
    return []
  }

  async feed(tokens: ArrayLike<number>): Promise<Logits> {
    await Promise.resolve()
    this.notes.push([this.name, Array.from(tokens)])
    return new Float32Array([tokens.length, 0])
  }
}

describe('turns', () => {
  test('do one thing after the other, in the order it was asked for, also after one that failed', async () => {
    const turns = new Turns()
    const done: string[] = []
    const work = (name: string, failing = false) =>
      turns.take(async () => {
        done.push(`${name} begins`)
        await new Promise((resolve) => setTimeout(resolve, 1))
        done.push(`${name} ends`)
        if (failing) throw new Error(name)
        return name
      })
    const [a, b, c] = [work('a'), work('b', true), work('c')]
    await expect(b).rejects.toThrow('b')
    expect([await a, await c]).toEqual(['a', 'c'])
    expect(done).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
  })
})

describe('a stepper that takes turns', () => {
  const long = Array.from({ length: 200 }, (_, at) => at)

  test('lets another read between the parts of a long text, which arrives whole', async () => {
    const notes: [string, number[]][] = []
    const turns = new Turns()
    const a = new TurnStepper(new NotingStepper('a', notes), turns, true, null)
    const b = new TurnStepper(new NotingStepper('b', notes), turns, true, null)
    await Promise.all([a.feed(long), b.feed([1])])
    const order = notes.map(([name]) => name)
    expect(order.indexOf('b')).toBeLessThan(order.lastIndexOf('a'))
    expect(notes.flatMap(([name, tokens]) => (name === 'a' ? tokens : []))).toEqual(long)
  })

  test('gives a window its text at once', async () => {
    const notes: [string, number[]][] = []
    const stepper = new TurnStepper(new NotingStepper('a', notes), new Turns(), false, null)
    expect([...(await stepper.feed(long))]).toEqual([200, 0])
    expect(notes).toHaveLength(1)
  })

  test('stops within a long text where it is called off', async () => {
    const notes: [string, number[]][] = []
    const controller = new AbortController()
    const turns = new Turns()
    const stepper = new TurnStepper(new NotingStepper('a', notes), turns, true, controller.signal)
    const fed = stepper.feed(long)
    void turns.take(async () => {
      controller.abort()
      return Promise.resolve()
    })
    await expect(fed).rejects.toBeInstanceOf(Cancelled)
    expect(notes).toHaveLength(1)
  })
})
