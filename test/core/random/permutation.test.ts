import { describe, expect, it } from 'vitest'
import { permutation } from '../../../src-core/random/permutation'

const shuffled = (size: number, ...path: [number, ...string[]]): number[] =>
  Array.from({ length: size }, (_, index) => permutation(size, ...path)(index))

describe('permutation', () => {
  it.each([1, 2, 3, 5, 31, 32, 33, 63, 64, 65, 100, 127, 128, 129, 1000, 4096, 5000])(
    'reaches every index below %i once',
    (size) => {
      const seen = new Set(shuffled(size, 4, 'order'))
      expect(seen.size).toBe(size)
      expect(Math.max(...seen)).toBe(size - 1)
    },
  )

  it('stays below a size beyond 2^32, without repeating', () => {
    const size = 2 ** 40 + 12345
    const at = permutation(size, 1)
    const seen = new Set(Array.from({ length: 5000 }, (_, index) => at(size - 1 - index)))
    expect(seen.size).toBe(5000)
    for (const index of seen) expect(index >= 0 && index < size && Number.isInteger(index)).toBe(true)
  })

  it('differs from seed to seed and path to path', () => {
    const orders = [shuffled(100, 1), shuffled(100, 2), shuffled(100, 1, 'a'), shuffled(100, 1, 'b')]
    expect(new Set(orders.map(String)).size).toBe(4)
  })

  it('looks shuffled: no index stays near its place, neighbours part', () => {
    const size = 3000
    const order = shuffled(size, 12)
    const displacement = order.reduce((sum, to, from) => sum + Math.abs(to - from), 0) / size
    expect(Math.abs(displacement / size - 1 / 3)).toBeLessThan(0.03)
    const steps = order.slice(1).map((to, index) => Math.abs(to - order[index]))
    expect(Math.abs(steps.reduce((sum, step) => sum + step, 0) / size / size - 1 / 3)).toBeLessThan(0.03)
    const ascents = order.slice(1).filter((to, index) => to > order[index]).length
    expect(Math.abs(ascents / size - 0.5)).toBeLessThan(0.05)
  })

  it('puts every index everywhere about as often, over the seeds', () => {
    const counts = new Array<number>(5 * 5).fill(0)
    for (let seed = 0; seed < 5000; seed++) {
      shuffled(5, seed).forEach((to, from) => counts[from * 5 + to]++)
    }
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150)
  })
})
