import { describe, expect, it } from 'vitest'
import type { Compiled } from '../../../src-core/graph/engine'
import type { Tensor } from '../../../src-core/graph/tensor'
import { Random } from '../../../src-core/random/random'
import { CopyMatcher } from '../../../src-core/sampling/copy-matcher'
import { generate, type GeneratedToken, type GenerateRequest } from '../../../src-core/sampling/generate'
import { predict } from '../../../src-core/sampling/predict'
import { Sampler } from '../../../src-core/sampling/sampler'
import { defaultSamplerOptions } from '../../../src-core/sampling/sampler-options'
import { stepperOf, type Stepper } from '../../../src-core/sampling/stepper'
import { SuffixTree } from '../../../src-core/sampling/suffix-tree'

const V = 5

/** Expects the sum of all tokens since the last fresh one, modulo V (1 where that is padding). */
class SummingProgram implements Compiled {
  readonly fed: number[] = []
  private sum = 0

  run({ token, fresh }: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> {
    if (fresh.data[0] === 1) this.sum = 0
    this.fed.push(token.data[0])
    this.sum += token.data[0]
    return Promise.resolve({ logits: { dtype: 'float32', shape: [1, V], data: peak(this.sum) } })
  }

  dispose(): Promise<void> {
    return Promise.resolve()
  }
}

/** Of two triangles, the last expects the first token of the window. */
class WindowProgram implements Compiled {
  readonly windows: number[][] = []

  run({ tokens }: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> {
    this.windows.push([...tokens.data])
    const data = new Float32Array([...peak(0), ...peak(tokens.data[0])])
    return Promise.resolve({ logits: { dtype: 'float32', shape: [2, 1, V], data } })
  }

  dispose(): Promise<void> {
    return Promise.resolve()
  }
}

function peak(token: number): Float32Array {
  const logits = new Float32Array(V)
  logits[token % V || 1] = 3
  return logits
}

function carried(program: Compiled): Stepper {
  return stepperOf(program, { stepping: 'carried', vocabulary: V, window: { length: 8, outputs: [] } })
}

/** @param predicted the places in the window that the two triangles predict. */
function windowed(program: Compiled, predicted = [1, 4]): Stepper {
  const outputs = predicted.map((character) => ({ character }))
  return stepperOf(program, { stepping: 'window', vocabulary: V, window: { length: 3, outputs } })
}

function greedy(): Sampler {
  return new Sampler({ ...defaultSamplerOptions, temperature: 0 }, V, Random.from(0))
}

async function collect(
  stepper: Stepper,
  request: Partial<GenerateRequest>,
): Promise<readonly GeneratedToken[]> {
  const steps: GeneratedToken[] = []
  for await (const step of generate(stepper, { prime: [], length: 4, sampler: greedy(), ...request })) {
    steps.push(step)
  }
  return steps
}

const tokensOf = (steps: readonly GeneratedToken[]): number[] => steps.map(({ token }) => token)

describe('generating by a carried state', () => {
  it('reads the prime, then each token it made, once', async () => {
    const program = new SummingProgram()
    const steps = await collect(carried(program), { prime: [1, 2] })
    expect(tokensOf(steps)).toEqual([3, 1, 2, 4])
    expect(program.fed).toEqual([1, 2, 3, 1, 2])
    expect(steps.every(({ padding }) => padding === 0)).toBe(true)
  })

  it('begins from padding, and says so, where there is no prime', async () => {
    const program = new SummingProgram()
    const steps = await collect(carried(program), { length: 2 })
    expect(program.fed).toEqual([0, 1])
    expect(steps[0].padding).toBe(1)
  })

  it('forgets the text before', async () => {
    const stepper = carried(new SummingProgram())
    const first = await collect(stepper, { prime: [3] })
    expect(tokensOf(await collect(stepper, { prime: [3] }))).toEqual(tokensOf(first))
  })
})

describe('generating by a window', () => {
  it('pads a short prime on the left, and says by how much', async () => {
    const program = new WindowProgram()
    const steps = await collect(windowed(program), { prime: [2] })
    expect(program.windows[0]).toEqual([0, 0, 2])
    expect(program.windows[1]).toEqual([0, 2, 1])
    expect(steps.map(({ padding }) => padding)).toEqual([2, 1, 0, 0])
  })

  it('reads the end of a long prime, in one run', async () => {
    const program = new WindowProgram()
    const steps = await collect(windowed(program), { prime: [4, 4, 2, 3, 4] })
    expect(program.windows).toEqual([
      [2, 3, 4],
      [3, 4, 2],
      [4, 2, 3],
      [2, 3, 4],
    ])
    expect(tokensOf(steps)).toEqual([2, 3, 4, 2])
  })
})

describe('generating by a window whose outputs predict along the way', () => {
  it('reads a short prime from the window’s beginning, by the output for what comes next', async () => {
    const program = new WindowProgram()
    const steps = await collect(windowed(program, [3, 4]), { prime: [2, 1], length: 3 })
    expect(program.windows).toEqual([
      [2, 1, 0],
      [2, 1, 1],
      [1, 1, 2],
    ])
    // The first output expects 1 whatever it reads, the last one the first token of the window.
    expect(tokensOf(steps)).toEqual([1, 2, 1])
    expect(steps.every(({ padding }) => padding === 0)).toBe(true)
  })

  it('is refused where nothing predicts what follows the window', () => {
    expect(() => windowed(new WindowProgram(), [2, 3])).toThrow(
      expect.objectContaining({ code: 'predicts-nothing-next' }),
    )
  })
})

describe('generate', () => {
  it('stops where it is told to', async () => {
    const controller = new AbortController()
    const seen: number[] = []
    const stepper = carried(new SummingProgram())
    const request = { prime: [1], length: 100, sampler: greedy(), signal: controller.signal }
    for await (const { token } of generate(stepper, request)) {
      seen.push(token)
      if (seen.length === 3) controller.abort()
    }
    expect(seen).toHaveLength(3)
  })

  it('says how long a run ending at each token stands in the corpus, from the prime on', async () => {
    const copies = new CopyMatcher(SuffixTree.of(Uint8Array.of(4, 1, 2, 3, 1, 4)))
    const steps = await collect(carried(new SummingProgram()), { prime: [1, 2], copies })
    expect(tokensOf(steps)).toEqual([3, 1, 2, 4])
    expect(steps.map(({ copied }) => copied)).toEqual([3, 4, 2, 1])
  })
})

describe('predict', () => {
  it('gives what is expected after every token, and how surprising the next one is', async () => {
    const expectations = []
    for await (const one of predict(carried(new SummingProgram()), [1, 1, 4])) {
      expectations.push(one)
    }
    expect(expectations.map(({ likeliest }) => likeliest[0].token)).toEqual([1, 2, 1])
    const probability = Math.exp(3) / (Math.exp(3) + V - 1)
    expect(expectations[0].likeliest[0].probability).toBeCloseTo(probability, 10)
    expect(expectations[0].surprise).toBeCloseTo(-Math.log(probability), 10)
    expect(expectations[1].surprise).toBeCloseTo(Math.log(Math.exp(3) + V - 1), 10)
    expect(expectations[2].surprise).toBeNull()
  })
})
