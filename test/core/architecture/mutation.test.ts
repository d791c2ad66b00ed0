import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkArchitecture } from '../../../src-core/architecture/check'
import { Network } from '../../../src-core/architecture/network'
import { parseArchitecture } from '../../../src-core/architecture/parse'
import { roll } from '../../../src-core/architecture/roll'
import type { Architecture } from '../../../src-core/architecture/schema'
import { unroll } from '../../../src-core/architecture/unroll'
import { UnrollError } from '../../../src-core/errors'
import { lessonJson, smallColumns, smallLoop } from './documents'
import { B, expectSame, shrunk, V } from './running'

/** Places in a document, as paths to what can be replaced. */
function pathsOf(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [[...path]]
  return [[...path], ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key]))]
}

function replaced(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by
  const inner = (value as Record<string, unknown>)[key]
  if (Array.isArray(value)) {
    if (rest.length === 0 && by === undefined) return value.filter((_, place) => String(place) !== key)
    return value.map((item, place) => (String(place) === key ? replaced(item, rest, by) : (item as unknown)))
  }
  return { ...(value as object), [key]: replaced(inner, rest, by) }
}

const documents = ['three-characters', 'stateful-lstm', 'stacked-lstm', 'gru'] as const
const originals: unknown[] = [...documents.map(lessonJson), smallLoop(), smallColumns()]

/** Words and numbers that mean something in some place of a document, so that many mutants parse. */
const words = [
  'c',
  'h',
  'o',
  'h1',
  'h2',
  'c1',
  'in',
  'on',
  'loop',
  'e',
  'green',
  'orange',
  'violet',
  'zeros',
  'batch',
]
const kinds = [
  'rectangle',
  'circle',
  'triangle',
  'lstm',
  'gru',
  'concat',
  'dot',
  'tanh',
  'before',
  'after',
  'constructor',
]
const word = fc.constantFrom(...words, ...kinds, 't', 't+1')
const number = fc.constantFrom(0, 1, 2, 3, 4, 8, 9, 41, 256, 0.5)

function otherThan(value: unknown): fc.Arbitrary<unknown> {
  const alike = typeof value === 'string' ? word : typeof value === 'number' ? number : fc.constant(undefined)
  return fc.oneof(
    { weight: 12, arbitrary: alike },
    { weight: 2, arbitrary: fc.oneof(word, number, fc.boolean(), fc.constant(undefined)) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  )
}

const mutant = fc.constantFrom(...originals).chain((original) =>
  fc
    .array(
      fc
        .constantFrom(...pathsOf(original))
        .chain((path) =>
          fc.tuple(
            fc.constant(path),
            otherThan(path.reduce<unknown>((value, key) => (value as never)[key], original)),
          ),
        ),
      { minLength: 1, maxLength: 3 },
    )
    .map((changes) =>
      changes.reduce((document, [path, value]) => {
        try {
          return replaced(document, path, value)
        } catch {
          return document // An earlier change has taken the place away.
        }
      }, original),
    ),
)

/** What comes of it, or null where it ends in an error that a person can act on. */
function unlessRefused<Result>(attempt: () => Result): Result | null {
  try {
    return attempt()
  } catch (error) {
    if (error instanceof UnrollError) return null
    throw error
  }
}

/** The rolled and the unrolled view, as far as there are such. */
function viewsOf(document: Architecture): Architecture[] {
  return [roll, unroll].flatMap((view) => unlessRefused(() => view(document)) ?? [])
}

describe('mutated documents', () => {
  it('meet typed errors only, whatever is done with them', () => {
    let parsed = 0
    let sound = 0
    fc.assert(
      fc.property(mutant, (json) => {
        const document = unlessRefused(() => parseArchitecture(json))
        if (!document) return
        parsed++
        const problems = checkArchitecture(document, 86)
        for (const { message } of problems) expect(message).not.toMatch(/undefined|NaN|\[object/)
        for (const view of viewsOf(document)) expect(checkArchitecture(view)).toEqual([])
        if (problems.length > 0) return
        sound++
        if (document.shapes.length > 100 || document.boxes.some(({ to }) => to > 50)) return
        const network = new Network(document, 86)
        const optimizer = { kind: 'sgd' } as const
        unlessRefused(() => network.training({ rows: B, optimizer, clipping: {} }))
        unlessRefused(() => network.step(1))
      }),
      { numRuns: 2000 },
    )
    expect(parsed).toBeGreaterThan(400)
    expect(sound).toBeGreaterThan(50)
  })

  it('are the same network in both views, where they are one', async () => {
    let compared = 0
    const property = fc.asyncProperty(mutant, async (json) => {
      const parsed = unlessRefused(() => parseArchitecture(json))
      const document = parsed && shrunk(parsed, 3)
      if (!document || checkArchitecture(document, V).length > 0) return
      if (document.shapes.length > 60 || document.boxes.some(({ to }) => to > 9)) return
      for (const other of viewsOf(document)) {
        if (other === document) continue
        await expectSame(document, other)
        compared++
      }
    })
    await fc.assert(property, { numRuns: 1000 })
    expect(compared).toBeGreaterThan(20)
  })

  it('meet typed errors only where any JSON stands', () => {
    fc.assert(fc.property(fc.jsonValue(), (json) => void unlessRefused(() => parseArchitecture(json))))
  })
})
