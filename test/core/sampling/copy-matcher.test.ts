import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CopyMatcher } from '../../../src-core/sampling/copy-matcher'
import { SuffixTree } from '../../../src-core/sampling/suffix-tree'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** For each place of the text, the longest run ending there that stands in the corpus, by trying all. */
function byTrying(corpus: string, text: string): number[] {
  return Array.from(text, (_, at) => {
    let length = at + 1
    while (length > 0 && !corpus.includes(text.slice(at + 1 - length, at + 1))) length--
    return length
  })
}

/** The tree as it is built where others have turns in between. */
function inPieces(corpus: Uint8Array, piece: number): SuffixTree {
  const growing = SuffixTree.inPieces(corpus, piece)
  for (;;) {
    const { done, value } = growing.next()
    if (done === true) return value
  }
}

const textOver = (letters: string, maxLength: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...letters.split(',')), { maxLength }).map((list) => list.join(''))

describe('CopyMatcher', () => {
  it.each([
    ['abc', 'xabcx', [0, 1, 2, 3, 0]],
    ['mississippi', 'missip', [1, 2, 3, 4, 5, 5]],
    ['aaaa', 'aaaaaa', [1, 2, 3, 4, 4, 4]],
    ['', 'ab', [0, 0]],
  ])('in %j follows %j', (corpus, text, lengths) => {
    const matcher = new CopyMatcher(SuffixTree.of(bytes(corpus)))
    expect(Array.from(bytes(text), (token) => matcher.advance(token))).toEqual(lengths)
  })

  it('finds what trying every run finds, and where it stands, in a tree built in pieces', () => {
    fc.assert(
      fc.property(
        fc
          .constantFrom('a,b', 'a,b,c', 'a,b,c,d,e,f,g,h')
          .chain((letters) =>
            fc.tuple(textOver(letters, 60), textOver(`${letters},z`, 60), fc.integer({ min: 1, max: 70 })),
          ),
        ([corpus, text, piece]) => {
          const matcher = new CopyMatcher(inPieces(bytes(corpus), piece))
          const found = Array.from(bytes(text), (token, at) => {
            const length = matcher.advance(token)
            const position = matcher.position
            if (length === 0) expect(position).toBeNull()
            else expect(corpus.startsWith(text.slice(at + 1 - length, at + 1), position ?? -1)).toBe(true)
            return length
          })
          expect(found).toEqual(byTrying(corpus, text))
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('follows a copied passage to its end, and takes 32-bit tokens', () => {
    const corpus = Uint32Array.from({ length: 5000 }, (_, at) => (at * at) % 70_001)
    const matcher = new CopyMatcher(SuffixTree.of(corpus))
    for (let at = 1000; at < 2000; at++) matcher.advance(corpus[at])
    expect(matcher.length).toBe(1000)
    expect(matcher.position).toBe(1000)
  })

  it('begins anew after a reset', () => {
    const matcher = new CopyMatcher(SuffixTree.of(bytes('abcabd')))
    for (const token of bytes('abca')) matcher.advance(token)
    matcher.reset()
    expect(matcher.length).toBe(0)
    expect(matcher.advance(bytes('b')[0])).toBe(1)
  })

  it('refuses a corpus beyond its limit before allocating', () => {
    expect(() => SuffixTree.of(new Uint8Array(2 ** 25 + 1))).toThrow(
      expect.objectContaining({ code: 'corpus-too-large' }),
    )
  })
})
