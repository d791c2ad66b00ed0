import { describe, expect, it } from 'vitest'
import { checkArchitecture } from '../../../src-core/architecture/check'
import { roll } from '../../../src-core/architecture/roll'
import type { Architecture, ArchitectureInput } from '../../../src-core/architecture/schema'
import { unroll } from '../../../src-core/architecture/unroll'
import {
  character,
  lessonArchitecture,
  lessonNames,
  oneEmbedding,
  smallColumns,
  smallLoop,
} from './documents'

const rolledNames = lessonNames.filter((name) => lessonArchitecture(name).boxes.length > 0)

function sorted(document: Architecture): Architecture {
  return { ...document, arrows: [...document.arrows].sort((a, b) => (a.id < b.id ? -1 : 1)) }
}

describe('unroll', () => {
  it.each(rolledNames)('%s becomes a sound document without boxes', (name) => {
    const unrolled = unroll(lessonArchitecture(name))
    expect(checkArchitecture(unrolled, 86)).toEqual([])
    expect(unrolled.boxes).toEqual([])
  })

  it('makes a column for each step, with zeros before the first', () => {
    const { shapes, arrows } = unroll(smallLoop())
    expect(shapes.map(({ id }) => id)).toEqual(['h@start', 'c@1', 'h@1', 'c@2', 'h@2', 'c@3', 'h@3', 'o'])
    expect(shapes[0]).toMatchObject({ kind: 'rectangle', source: { kind: 'zeros', size: 4 } })
    expect(shapes[3]).toMatchObject({ source: { at: 2 } })
    expect(arrows.filter(({ recurrent }) => recurrent).map(({ from, to }) => [from, to])).toEqual([
      ['h@start', 'h@1'],
      ['h@1', 'h@2'],
      ['h@2', 'h@3'],
    ])
    expect(arrows.at(-1)).toMatchObject({ id: 'out', from: 'h@3', to: 'o' })
  })

  it('shares the weight of a triangle in the box out among the steps', () => {
    const outputs = unroll(lessonArchitecture('sequence-rnn')).shapes.filter(
      ({ kind }) => kind === 'triangle',
    )
    expect(outputs).toHaveLength(8)
    expect(outputs[7]).toMatchObject({ id: 'o@8', predicts: { character: 9 }, weight: 1 / 8 })
  })

  it('carries the state of a stateful box from the last column', () => {
    const carried = unroll(lessonArchitecture('stateful-lstm')).shapes.find(({ id }) => id === 'h@start')
    expect(carried).toMatchObject({ source: { kind: 'carried', from: 'h@8' } })
  })

  it('begins at the start shape of the box', () => {
    const document = smallLoop()
    document.shapes.push({ id: 'z', kind: 'rectangle', source: { kind: 'zeros', size: 4 } })
    document.boxes[0].start = { h: 'z' }
    expect(unroll(document).arrows.find(({ id }) => id === 'on@1')).toMatchObject({ from: 'z', to: 'h@1' })
  })

  it('gives a shape outside with the name of a copy its own', () => {
    const document = smallLoop()
    document.shapes[2].id = 'h@1'
    document.arrows[2].to = 'h@1'
    expect(unroll(document).shapes.map(({ id }) => id)).toContain('h@1.2')
    expect(checkArchitecture(unroll(document))).toEqual([])
  })

  it('refuses more shapes than a document may have', () => {
    const document = smallLoop()
    document.boxes[0].to = 10_000
    document.shapes[2] = { ...lessonArchitecture('simple-rnn').shapes[2], id: 'o' }
    document.shapes[2] = { ...document.shapes[2], predicts: { character: 10_001 } } as never
    expect(() => unroll(document)).toThrow(expect.objectContaining({ code: 'too-many-shapes' }))
  })
})

describe('roll', () => {
  it.each(rolledNames)('%s comes back from its unrolled view as it was, but for the picture', (name) => {
    const document = lessonArchitecture(name)
    expect(sorted(roll(unroll(document)))).toEqual(sorted({ ...document, layout: {} }))
  })

  it('finds the loop in a document drawn by hand, its recurrent arrows not marked', () => {
    expect(sorted(roll(smallColumns()))).toEqual(sorted(smallLoop()))
  })

  it('gives arrows names of their own where their numbers were all that told them apart', () => {
    const rolled = roll(
      smallColumns(({ arrows }) => {
        arrows.forEach((arrow, place) => (arrow.id = `a${place}`))
      }),
    )
    expect(rolled.arrows.map(({ id, from, to }) => [id, from, to])).toEqual([
      ['a0', 'h', 'o'],
      ['a', 'c', 'h'],
      ['a.2', 'h', 'h'],
    ])
    expect(checkArchitecture(rolled)).toEqual([])
  })

  it('adds the weights of the triangles of the columns up', () => {
    const rolled = roll(oneEmbedding(lessonArchitecture('sequence-eight-outputs')))
    expect(rolled.shapes.find(({ kind }) => kind === 'triangle')).toMatchObject({
      id: 'o',
      predicts: { character: 't+1' },
      weight: 8,
    })
    expect(rolled.boxes).toEqual([{ id: 'loop', from: 1, to: 8, start: { h: 'h0' }, stateful: false }])
  })

  it('leaves a first column that is not like the others outside, as the start', () => {
    const rolled = roll(oneEmbedding(lessonArchitecture('three-characters')))
    expect(rolled.boxes).toEqual([{ id: 'loop', from: 2, to: 3, start: { h: 'h1' }, stateful: false }])
    expect(rolled.shapes.map(({ id }) => id)).toEqual(['c1', 'h1', 'c', 'h', 'o'])
    expect(checkArchitecture(rolled)).toEqual([])
  })

  it('leaves what comes after the last column outside', () => {
    const rolled = roll(
      smallColumns(({ shapes, arrows, colors }) => {
        colors.push({ id: 'red', letter: 'd' })
        shapes.push({ id: 'deep', kind: 'circle', size: 4 })
        arrows[0].from = 'deep'
        arrows.push({ id: 'more', from: 'h3', to: 'deep', color: 'red' })
      }),
    )
    expect(rolled.shapes.filter(({ box }) => box === undefined).map(({ id }) => id)).toEqual(['o', 'deep'])
    expect(rolled.arrows.find(({ id }) => id === 'more')).toMatchObject({ from: 'h', to: 'deep' })
  })

  it('keeps what a shape outside brings to every column', () => {
    const document = smallLoop()
    document.shapes.push({ id: 'z', kind: 'rectangle', source: { kind: 'zeros', size: 3 } })
    document.arrows.push({ ...document.arrows[0], id: 'always', from: 'z' })
    expect(sorted(roll(unroll(document)))).toEqual(sorted(document))
  })

  it.each<[string, string, (document: ArchitectureInput) => void, string]>([
    [
      'columns with different embeddings',
      'columns-not-alike',
      ({ shapes, colors }) => {
        colors.push({ id: 'e2', letter: 'f' })
        Object.assign(shapes[3], { source: character(2, 'e2') })
      },
      'Columns 2 and 3 are not alike, so no box can stand for them: rectangle c2 (embedding e2 of 3) is not like rectangle c3 (embedding e of 3) in its source.',
    ],
    [
      'columns with different colours',
      'columns-not-alike',
      ({ arrows, colors }) => {
        colors.push({ id: 'red', letter: 'f' })
        arrows.filter(({ id }) => id === 'in3').forEach((arrow) => (arrow.color = 'red'))
      },
      'Columns 2 and 3 are not alike, so no box can stand for them: circle h2 (4, tanh; arrows green and orange) is not like circle h3 (4, tanh; arrows red and orange) in what flows into it.',
    ],
    [
      'columns of different activations',
      'columns-not-alike',
      ({ shapes }) => void Object.assign(shapes[4], { activation: 'relu' }),
      'Columns 2 and 3 are not alike, so no box can stand for them: circle h2 (4, relu; arrows green and orange) is not like circle h3 (4, tanh; arrows green and orange) in its activation.',
    ],
    [
      'an arrow that skips a column',
      'columns-not-alike',
      ({ arrows }) => void arrows.push({ id: 'skip', from: 'h1', to: 'h3', color: 'orange' }),
      'Columns 2 and 3 are not alike, so no box can stand for them: circle h2 (4, tanh; arrows green and orange) is not like circle h3 (4, tanh; arrows green, orange and orange) in what flows into it.',
    ],
    [
      'triangles of different weights',
      'columns-not-alike',
      ({ shapes, arrows }) => {
        shapes.push({ id: 'o2', kind: 'triangle', predicts: { character: 3 }, weight: 2 })
        arrows.push({ id: 'out2', from: 'h2', to: 'o2', color: 'blue' })
      },
      'Columns 2 and 3 are not alike, so no box can stand for them: triangle o2 (predicts 3; arrows blue) is not like triangle o (predicts 4; arrows blue) in its weight.',
    ],
    [
      'an arrow that is not marked as recurrent where that makes a difference',
      'no-loop',
      ({ shapes }) => {
        for (const shape of shapes) if (shape.kind === 'circle') shape.dropout = { output: 0.5 }
      },
      'The columns are alike, but no box can stand for them: arrow on2 brings circle h2 what leaves circle h1, and is not marked as recurrent.',
    ],
    [
      'columns whose triangles look further ahead',
      'no-loop',
      ({ shapes, arrows }) => {
        for (const t of [1, 2, 3]) {
          shapes.push({ id: `far${t}`, kind: 'triangle', predicts: { character: t + 2 } })
          arrows.push({ id: `see${t}`, from: `h${t}`, to: `far${t}`, color: 'blue' })
        }
      },
      'The columns are alike, but no box can stand for them: triangle far1 in column 1 predicts character 3, not the next one.',
    ],
    [
      'a loop that something leaves midway',
      'no-loop',
      ({ shapes, arrows, colors }) => {
        colors.push({ id: 'red', letter: 'f' })
        shapes.push({ id: 'deep', kind: 'circle', size: 4 })
        arrows[0].from = 'deep'
        arrows.push(
          { id: 'early', from: 'h2', to: 'deep', color: 'red' },
          { id: 'late', from: 'h3', to: 'deep', color: 'red' },
        )
      },
      'The columns are alike, but no box can stand for them: arrow early takes what h2 holds out of the columns before the last one.',
    ],
  ])('says why not: %s', (_, code, change, message) => {
    expect(() => roll(smallColumns(change))).toThrow(expect.objectContaining({ code, message }))
  })

  it.each(['sequence-eight-outputs', 'eight-characters'] as const)(
    'says why not: %s has embeddings of its own',
    (name) => {
      expect(() => roll(lessonArchitecture(name))).toThrow(
        expect.objectContaining({ code: 'columns-not-alike' }),
      )
    },
  )
})
