import { describe, expect, it } from 'vitest'
import { philox } from '../../../src-core/random/philox'
import { Random, type RandomState } from '../../../src-core/random/random'

describe('Philox4x32-10', () => {
  // Random123 1.14, tests/kat_vectors.
  it.each([
    ['00000000 00000000 00000000 00000000', '00000000 00000000', '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
    ['ffffffff ffffffff ffffffff ffffffff', 'ffffffff ffffffff', '408f276d 41c83b0e a20bc7c6 6d5451fd'],
    ['243f6a88 85a308d3 13198a2e 03707344', 'a4093822 299f31d0', 'd16cfe09 94fdcceb 5001e420 24126ea1'],
  ])('gives the paper’s block for counter %s, key %s', (counter, key, expected) => {
    const [c0, c1, c2, c3] = words(counter)
    const [k0, k1] = words(key)
    const out = new Uint32Array(4)
    philox(out, c0, c1, c2, c3, k0, k1)
    expect([...out]).toEqual(words(expected))
  })

  it('agrees with exact arithmetic on many counters', () => {
    const random = Random.from(7)
    const out = new Uint32Array(4)
    for (let trial = 0; trial < 2000; trial++) {
      const input = Array.from({ length: 6 }, () => random.word())
      philox(out, input[0], input[1], input[2], input[3], input[4], input[5])
      expect([...out]).toEqual(exactPhilox(input))
    }
  })
})

describe('Random', () => {
  it('draws the blocks of one counter after the other', () => {
    const random = Random.from(11, 'blocks')
    const { key, nonce } = random.state
    for (let block = 0; block < 40; block++) {
      const drawn = [random.word(), random.word(), random.word(), random.word()]
      expect(drawn).toEqual(exactPhilox([block, 0, ...nonce, ...key]))
    }
  })

  it('fills every place of a mask', () => {
    const mask = new Float32Array(70).fill(-1)
    Random.from(12).fillMask(mask, 1 - 1e-9)
    expect(new Set(mask)).toEqual(new Set([1]))
  })

  it('is the same stream for the same seed and path', () => {
    expect(draw(Random.from(1, 'mask', 3))).toEqual(draw(Random.from(1, 'mask', 3)))
  })

  it.each([
    [[1], [2]],
    [[1], [-1]],
    [[1], [2 ** 32 + 1]],
    [
      [1, 'a'],
      [1, 'b'],
    ],
    [
      [1, 'ab', 'c'],
      [1, 'a', 'bc'],
    ],
    [
      [1, 1],
      [1, '1'],
    ],
    [[1, 0], [1]],
    [[1, ''], [1]],
  ] as [[number, ...(string | number)[]], [number, ...(string | number)[]]][])(
    'differs between the paths %j and %j',
    (a, b) => {
      expect(draw(Random.from(...a))).not.toEqual(draw(Random.from(...b)))
    },
  )

  it('refuses a seed that is no whole number', () => {
    expect(() => Random.from(0.5)).toThrow(RangeError)
  })

  it.each([0, 1, 2, 3, 4, 5, 1001])('goes on from a state saved as JSON after %i words', (count) => {
    const random = Random.from(3, 'state')
    for (let index = 0; index < count; index++) random.word()
    const restored = Random.restore(JSON.parse(JSON.stringify(random.state)) as RandomState)
    expect(restored.state.position).toBe(count)
    expect(draw(restored)).toEqual(draw(random))
  })

  it('goes on past the 2^32nd block', () => {
    const state = { ...Random.from(3).state, position: 2 ** 34 - 2 }
    const random = Random.restore(state)
    draw(random)
    expect(random.state.position).toBe(2 ** 34 + 6)
    expect(draw(Random.restore({ ...state, position: 2 ** 34 }))).not.toEqual(draw(Random.from(3)))
  })

  it('draws uniform numbers with the mean, variance and range of [0, 1)', () => {
    const random = Random.from(5)
    const one = Float64Array.from({ length: 50_000 }, () => random.uniform())
    const many = new Float32Array(50_001)
    random.fillUniform(many)
    for (const numbers of [one, many]) {
      const { mean, variance } = moments(numbers)
      expect(mean).toBeCloseTo(0.5, 2)
      expect(variance).toBeCloseTo(1 / 12, 2)
      expect(numbers.every((value) => value >= 0 && value < 1)).toBe(true)
    }
  })

  it('draws normal numbers with the moments and tails of the normal distribution', () => {
    const random = Random.from(6)
    const one = Float64Array.from({ length: 50_000 }, () => random.normal())
    const many = new Float32Array(50_001)
    random.fillNormal(many)
    for (const numbers of [one, many]) {
      const { mean, variance } = moments(numbers)
      expect(Math.abs(mean)).toBeLessThan(0.02)
      expect(Math.abs(variance - 1)).toBeLessThan(0.03)
      const beyondTwo = numbers.filter((value) => Math.abs(value) > 2).length / numbers.length
      expect(Math.abs(beyondTwo - 0.0455)).toBeLessThan(0.004)
    }
  })

  it.each([0.05, 0.2, 0.5, 0.75, 0.8, 0.999])('fills a mask that keeps %d', (keep) => {
    const mask = new Float32Array(100_003)
    Random.from(8).fillMask(mask, keep)
    const kept = mask.filter((value) => value !== 0)
    expect(new Set(kept)).toEqual(new Set([Math.fround(1 / keep)]))
    const deviation = Math.sqrt((keep * (1 - keep)) / mask.length)
    expect(Math.abs(kept.length / mask.length - keep)).toBeLessThan(4 * deviation)
  })

  it('fills the places of a mask independently', () => {
    const mask = new Float32Array(64_000)
    Random.from(9).fillMask(mask, 0.5)
    for (const lag of [1, 2, 16, 31, 32]) {
      let both = 0
      for (let index = lag; index < mask.length; index++) if (mask[index] && mask[index - lag]) both++
      expect(Math.abs(both / (mask.length - lag) - 0.25)).toBeLessThan(0.01)
    }
  })

  it('drops nothing where all is kept', () => {
    const mask = new Float32Array(5)
    Random.from(1).fillMask(mask, 1)
    expect([...mask]).toEqual([1, 1, 1, 1, 1])
  })

  it('draws every whole number below n about as often', () => {
    const random = Random.from(10)
    const counts = new Array<number>(7).fill(0)
    for (let trial = 0; trial < 70_000; trial++) counts[random.below(7)]++
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400)
  })
})

function draw(random: Random): number[] {
  return Array.from({ length: 8 }, () => random.word())
}

function words(hexadecimal: string): number[] {
  return hexadecimal.split(' ').map((word) => parseInt(word, 16))
}

function moments(numbers: Float32Array | Float64Array): { mean: number; variance: number } {
  let sum = 0
  let squares = 0
  for (const value of numbers) {
    sum += value
    squares += value * value
  }
  const mean = sum / numbers.length
  return { mean, variance: squares / numbers.length - mean * mean }
}

/** The definition, in exact integers. */
function exactPhilox(input: readonly number[]): number[] {
  let [x0, x1, x2, x3, key0, key1] = input.map(BigInt)
  const mask = 0xffffffffn
  for (let round = 0; round < 10; round++) {
    const product0 = 0xd2511f53n * x0
    const product1 = 0xcd9e8d57n * x2
    ;[x0, x1, x2, x3] = [
      (product1 >> 32n) ^ x1 ^ key0,
      product1 & mask,
      (product0 >> 32n) ^ x3 ^ key1,
      product0 & mask,
    ]
    key0 = (key0 + 0x9e3779b9n) & mask
    key1 = (key1 + 0xbb67ae85n) & mask
  }
  return [x0, x1, x2, x3].map(Number)
}
