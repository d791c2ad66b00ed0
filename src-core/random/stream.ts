import { philox } from './philox'

const NUMBER = 1
const TEXT = 2

/**
 * Four words that stand for a path of numbers and names: different paths give unrelated words. Each element is
 * absorbed word by word, with its kind and length first, so `['ab', 'c']` and `['a', 'bc']` differ, and so do `1` and `'1'`.
 */
export function deriveStream(path: readonly (string | number)[]): [number, number, number, number] {
  const state = new Uint32Array(4)
  const absorb = (word: number, tag: number): void => {
    philox(state, state[0], state[1], state[2], state[3], word, tag)
  }
  for (const element of path) {
    if (typeof element === 'number') {
      if (!Number.isSafeInteger(element)) {
        throw new RangeError(`A random stream is named by whole numbers, not by ${element}`)
      }
      absorb(element >>> 0, NUMBER)
      absorb(Math.floor(element / 2 ** 32), NUMBER)
    } else {
      absorb(element.length, TEXT)
      for (let index = 0; index < element.length; index++) absorb(element.charCodeAt(index), TEXT)
    }
  }
  return [state[0], state[1], state[2], state[3]]
}
