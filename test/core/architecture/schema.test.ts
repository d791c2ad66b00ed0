import { format } from 'prettier'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { parseArchitecture } from '../../../src-core/architecture/parse'
import { architectureSchema } from '../../../src-core/architecture/schema'
import { lessonJson } from './documents'

/** A copy of simple-rnn with one value replaced; undefined takes it away. */
function changed(path: string, value: unknown): unknown {
  const document = lessonJson('simple-rnn') as Record<string, unknown>
  const keys = path.split('.')
  const last = keys.pop() ?? ''
  let place: Record<string, unknown> = document
  for (const key of keys) place = place[key] as Record<string, unknown>
  place[last] = value
  return JSON.parse(JSON.stringify(document))
}

describe('parseArchitecture', () => {
  it('fills in defaults', () => {
    const { colors, shapes, arrows } = parseArchitecture(lessonJson('simple-rnn'))
    expect(colors[1]).toMatchObject({ id: 'green', dash: 'solid', initialization: 'glorot', bias: 'zeros' })
    expect(shapes[1]).toMatchObject({
      cell: 'plain',
      join: 'sum',
      dropout: { input: 0, recurrent: 0, output: 0 },
    })
    expect(arrows[0]).toMatchObject({ activation: 'linear', recurrent: false })
  })

  it('leaves what is parsed as it is when it is parsed again', () => {
    const once = parseArchitecture(lessonJson('stacked-lstm'))
    expect(parseArchitecture(JSON.parse(JSON.stringify(once)))).toEqual(once)
  })

  it.each<[string, unknown, string, string]>([
    ['no document', 'simple-rnn', 'not-an-architecture', 'does not say "format"'],
    ['null', null, 'not-an-architecture', 'does not say "format"'],
    ['another format', { format: 'unroll/run' }, 'not-an-architecture', 'does not say "format"'],
    [
      'a newer version',
      changed('version', 2),
      'newer-architecture',
      "the format's version 2; this program reads versions up to 1",
    ],
    ['no version', changed('version', undefined), 'invalid-architecture', 'version: expected 1'],
    ['a size of zero', changed('shapes.1.size', 0), 'invalid-architecture', 'shapes "h", size: '],
    ['a size of half', changed('shapes.1.size', 1.5), 'invalid-architecture', 'shapes "h", size: '],
    ['a size beyond measure', changed('shapes.1.size', 1e9), 'invalid-architecture', 'shapes "h", size: '],
    ['an unknown kind', changed('shapes.1.kind', 'square'), 'invalid-architecture', 'shapes "h", kind: '],
    [
      'an unknown field',
      changed('shapes.1.colour', 'red'),
      'invalid-architecture',
      'shapes "h": Unrecognized key: "colour"',
    ],
    ['no id', changed('arrows.2.id', undefined), 'invalid-architecture', 'arrows[2], id: '],
    ['a reserved id', changed('shapes.1.id', 'zeros'), 'invalid-architecture', '"zeros" is a reserved word'],
    [
      'a dropout of everything',
      changed('shapes.1.dropout', { input: 1 }),
      'invalid-architecture',
      'shapes "h", dropout, input: ',
    ],
    [
      'a place that is no place',
      changed('shapes.0.source.at', 't-1'),
      'invalid-architecture',
      'shapes "c", source, at: must be "t" or the number of a character',
    ],
    ['a missing list', changed('shapes', undefined), 'invalid-architecture', 'shapes: '],
  ])('says what is wrong with %s', (_, json, code, words) => {
    expect(() => parseArchitecture(json)).toThrow(
      expect.objectContaining({
        name: 'UnrollError',
        code,
        message: expect.stringContaining(words) as string,
      }),
    )
  })

  it('refuses a plan nested beyond measure', () => {
    let plan: unknown = 1
    for (let depth = 0; depth < 20_000; depth++) plan = { plan }
    const document = { ...(lessonJson('simple-rnn') as object), plan }
    expect(() => parseArchitecture(document)).toThrow(
      expect.objectContaining({
        code: 'invalid-architecture',
        message: expect.stringContaining('nested too deeply') as string,
      }),
    )
  })

  it('lists several mistakes and counts the rest', () => {
    const arrows = [1, 2, 3, 4, 5, 6, 7].map((size) => ({ id: `a${size}`, from: 'c', to: 'h', size: -size }))
    expect(() => parseArchitecture(changed('arrows', arrows))).toThrow(
      /arrows "a1".*arrows "a5".*; and 2 more\.$/,
    )
  })
})

describe('the published JSON schema', () => {
  // Where the schema has changed: npx vitest run test/core/architecture/schema.test.ts --update
  it('is that of the program', async () => {
    const published = z.toJSONSchema(architectureSchema, { io: 'input' })
    const json = JSON.stringify({ title: 'Architecture document of Unroll', ...published })
    const text = await format(json, { parser: 'json', printWidth: 110 })
    await expect(text).toMatchFileSnapshot('../../../resources/architecture.schema.json')
  })
})
