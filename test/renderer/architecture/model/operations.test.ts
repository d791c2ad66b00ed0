import { describe, expect, it } from 'vitest'
import { checkArchitecture } from '../../../../src-core/architecture/check'
import type { Architecture } from '../../../../src-core/architecture/schema'
import { alignShapes } from '../../../../src-renderer/features/architecture/model/arrange'
import { addArrow, connectionProblem } from '../../../../src-renderer/features/architecture/model/arrows'
import { addBox, putIntoBox } from '../../../../src-renderer/features/architecture/model/boxes'
import { copyItems, pasteItems } from '../../../../src-renderer/features/architecture/model/clipboard'
import { freshColor } from '../../../../src-renderer/features/architecture/model/colors'
import { areaOfShape, overlap } from '../../../../src-renderer/features/architecture/model/geometry'
import { boxKey, shapeKey } from '../../../../src-renderer/features/architecture/model/item-key'
import { removeItems } from '../../../../src-renderer/features/architecture/model/removal'
import { rename } from '../../../../src-renderer/features/architecture/model/rename'
import { addShape } from '../../../../src-renderer/features/architecture/model/shapes'
import { lesson, lessonNames, parsed } from './documents'

const everyKey = (document: Architecture) => [
  ...document.shapes.map(({ id }) => shapeKey(id)),
  ...document.boxes.map(({ id }) => boxKey(id)),
]

describe('drawing', () => {
  it('makes a network from nothing: three shapes, three arrows, a box', () => {
    let document = parsed()
    const shape = (kind: 'rectangle' | 'circle' | 'triangle', y: number) => {
      const made = addShape(document, kind, { x: 0, y }, null)
      document = made.document
      return made.id
    }
    const [input, hidden] = [shape('rectangle', 240), shape('circle', 120)]
    document = addBox(document, new Set([input, hidden])).document
    const output = shape('triangle', 0)
    for (const [from, to] of [
      [input, hidden],
      [hidden, hidden],
      [hidden, output],
    ]) {
      expect(connectionProblem(document, from, to)).toBeNull()
      document = addArrow(document, from, to, null).document
    }
    expect(checkArchitecture(document)).toEqual([])
    expect(document.boxes).toMatchObject([{ from: 1, to: 8 }])
    expect(document.shapes.at(-1)).toMatchObject({ predicts: { character: 9 } })
    const letters = document.colors.map(({ letter }) => letter)
    expect(letters).toEqual(['e', 'a', 'b', 'c'])
    expect(new Set(document.colors.map(({ dash }) => dash)).size).toBe(4)
  })

  it('gives a second output the next character, one in a box every step', () => {
    const simple = lesson('simple-rnn')
    const outside = addShape(simple, 'triangle', { x: 0, y: 0 }, null)
    expect(outside.document.shapes.at(-1)).toMatchObject({ id: 'o2', predicts: { character: 10 } })
    const inside = addShape(simple, 'triangle', { x: 0, y: 0 }, simple.boxes[0].id)
    expect(inside.document.shapes.at(-1)).toMatchObject({ predicts: { character: 't+1' }, box: 'loop' })
  })

  it('takes the current colour, and a new one where there is none', () => {
    const document = lesson('sequence-rnn')
    const drawn = addArrow(document, 'c', 'o', 'blue')
    expect(drawn.document.colors).toBe(document.colors)
    expect(drawn.document.arrows.at(-1)).toMatchObject({ id: 'c-o', color: 'blue' })
    const fresh = addArrow(document, 'c', 'o', 'gone')
    expect(fresh.document.colors.at(-1)).toMatchObject({ letter: 'd' })
  })

  it('lets no arrow leave an output, enter an input, or bring a step before where there are no steps', () => {
    const document = lesson('three-characters')
    expect(connectionProblem(document, 'o', 'h1')).toMatch(/^Triangle o is an output/)
    expect(connectionProblem(document, 'h1', 'c1')).toMatch(/^Rectangle c1 is an input/)
    expect(connectionProblem(document, 'h1', 'h1')).toMatch(/in no box/)
    expect(connectionProblem(document, 'h1', 'h9')).not.toBeNull()
  })

  it('finds a letter that is free also when the alphabet is used up', () => {
    const colors = Array.from({ length: 26 }, (_, place) => {
      const letter = String.fromCharCode(97 + place)
      return { id: letter, letter }
    })
    expect(freshColor(parsed({ colors })).letter).toBe('a2')
  })
})

describe('boxes', () => {
  it('turns numbers into steps and steps into numbers as shapes go in and out', () => {
    const document = lesson('simple-rnn')
    const inside = putIntoBox(document, ['o'], 'loop')
    expect(inside.shapes.find(({ id }) => id === 'o')).toMatchObject({ predicts: { character: 't+1' } })
    const out = putIntoBox(inside, ['o'], null)
    expect(out.shapes.find(({ id }) => id === 'o')).toMatchObject({ predicts: { character: 9 } })
    expect(out.shapes.find(({ id }) => id === 'o')).not.toHaveProperty('box')
  })

  it('are gone when all has left them', () => {
    const document = lesson('sequence-rnn')
    expect(putIntoBox(document, ['c', 'h', 'o'], null).boxes).toEqual([])
    expect(putIntoBox(document, ['c'], 'loop')).toBe(document)
  })

  it('go without what is in them unless that is named too', () => {
    const document = lesson('sequence-rnn')
    const freed = removeItems(document, [boxKey('loop')])
    expect(freed.boxes).toEqual([])
    expect(freed.shapes.map(({ id, box }) => [id, box])).toEqual([
      ['c', undefined],
      ['h', undefined],
      ['o', undefined],
    ])
    expect(removeItems(document, everyKey(document))).toMatchObject({
      shapes: [],
      arrows: [],
      boxes: [],
      layout: {},
    })
  })
})

describe('removing', () => {
  it('takes arrows, starts and places along', () => {
    const document = parsed({
      shapes: [
        { kind: 'rectangle', id: 'z', source: { kind: 'zeros', size: 4 } },
        { kind: 'circle', id: 'h', size: 4, box: 'loop' },
        { kind: 'circle', id: 'g', size: 4 },
        { kind: 'rectangle', id: 'k', source: { kind: 'carried', from: 'g', start: 'z' } },
      ],
      arrows: [
        { id: 'on', from: 'h', to: 'h' },
        { id: 'zg', from: 'z', to: 'g' },
      ],
      boxes: [{ id: 'loop', from: 1, to: 3, start: { h: 'z' } }],
      layout: { z: { x: 0, y: 0 }, h: { x: 1, y: 1 } },
    })
    const left = removeItems(document, [shapeKey('z')])
    expect(left.arrows.map(({ id }) => id)).toEqual(['on'])
    expect(left.boxes[0].start).toEqual({})
    expect(left.layout).toEqual({ h: { x: 1, y: 1 } })
    expect(left.shapes.at(-1)).toMatchObject({ source: { kind: 'carried', from: 'g' } })
    expect(JSON.stringify(left)).not.toContain('"z"')
    const without = removeItems(document, [shapeKey('g')])
    expect(without.shapes.at(-1)).toMatchObject({ source: { kind: 'zeros', size: 4 } })
    expect(removeItems(document, [shapeKey('gone')])).toBe(document)
  })
})

describe('renaming', () => {
  it.each(lessonNames)('keeps %s the network that it is', (name) => {
    const document = lesson(name)
    let renamed = document
    for (const { id } of document.shapes) renamed = rename(renamed, { kind: 'shape', id }, `x.${id}`)
    for (const { id } of document.colors) renamed = rename(renamed, { kind: 'color', id }, `x.${id}`)
    for (const { id } of document.boxes) renamed = rename(renamed, { kind: 'box', id }, `x.${id}`)
    expect(checkArchitecture(renamed)).toEqual(checkArchitecture(document))
    expect(Object.keys(renamed.layout).sort()).toEqual(
      Object.keys(document.layout)
        .map((id) => `x.${id}`)
        .sort(),
    )
    let back = renamed
    for (const { id } of document.shapes) back = rename(back, { kind: 'shape', id: `x.${id}` }, id)
    for (const { id } of document.colors) back = rename(back, { kind: 'color', id: `x.${id}` }, id)
    for (const { id } of document.boxes) back = rename(back, { kind: 'box', id: `x.${id}` }, id)
    expect(back).toEqual(document)
  })

  it('refuses a name that is taken', () => {
    expect(() => rename(lesson('sequence-rnn'), { kind: 'shape', id: 'c' }, 'h')).toThrow(/called h already/)
  })
})

describe('the clipboard', () => {
  it.each(lessonNames)('doubles %s without a second set of weights', (name) => {
    const document = lesson(name)
    const text = copyItems(document, everyKey(document))
    expect(text).not.toBeNull()
    const pasted = pasteItems(document, text ?? '', null).document
    expect(pasted.shapes).toHaveLength(2 * document.shapes.length)
    expect(pasted.arrows).toHaveLength(2 * document.arrows.length)
    expect(pasted.boxes).toHaveLength(2 * document.boxes.length)
    expect(pasted.colors).toEqual(document.colors)
    expect(checkArchitecture(pasted)).toEqual([])
  })

  it.each(lessonNames)('carries %s into an empty document', (name) => {
    const document = lesson(name)
    const pasted = pasteItems(parsed(), copyItems(document, everyKey(document)) ?? '', {
      x: 0,
      y: 0,
    }).document
    expect(pasted).toMatchObject({
      colors: document.colors,
      shapes: document.shapes,
      arrows: document.arrows,
      boxes: document.boxes,
    })
  })

  it('keeps a copy in the box it came from, and numbers its step where there is none', () => {
    const document = lesson('sequence-rnn')
    const text = copyItems(document, [shapeKey('c'), shapeKey('o')]) ?? ''
    const here = pasteItems(document, text, null)
    expect(here.document.shapes.slice(-2).map(({ id, box }) => [id, box])).toEqual([
      ['c2', 'loop'],
      ['o2', 'loop'],
    ])
    expect(here.keys).toEqual([shapeKey('c2'), shapeKey('o2')])
    const there = pasteItems(parsed(), text, null)
    expect(there.document.shapes[0]).toMatchObject({ source: { at: 1 } })
    expect(there.document.shapes[0]).not.toHaveProperty('box')
  })

  it('refuses what is no part of a diagram, and copies nothing of nothing', () => {
    for (const text of [
      '',
      'ethics',
      '{"format":"unroll/diagram-part"}',
      '[]',
      JSON.stringify(lesson('gru')),
    ]) {
      expect(() => pasteItems(parsed(), text, null)).toThrow(/no part of a diagram/)
    }
    expect(copyItems(lesson('gru'), [])).toBeNull()
  })
})

describe('the first box', () => {
  it('moves apart what would be drawn over one another, and nothing else', () => {
    const document = lesson('three-characters')
    const boxed = addBox(document, ['c1', 'h1']).document
    const areas = boxed.shapes.map(({ id, kind }) => areaOfShape(boxed, kind, boxed.layout[id]))
    expect(areas.filter((area) => areas.some((other) => other !== area && overlap(area, other)))).toEqual([])
    expect(boxed.layout['h1'].y).toBe(boxed.layout['h3'].y)
    const apart = Object.fromEntries(
      Object.entries(document.layout).map(([id, { x, y }]) => [id, { x: 2 * x, y: 2 * y }]),
    )
    expect(addBox({ ...document, layout: apart }, ['c1']).document.layout).toEqual(apart)
  })
})

describe('pasting at a place', () => {
  it('covers nothing that is there', () => {
    const document = lesson('sequence-rnn')
    const text = copyItems(document, [shapeKey('h')])
    const { document: pasted } = pasteItems(document, text ?? '', document.layout['c'])
    const added = pasted.shapes.at(-1)
    if (!added) throw new Error('something was pasted')
    const area = areaOfShape(pasted, added.kind, pasted.layout[added.id])
    expect(
      document.shapes.filter(({ id, kind }) =>
        overlap(area, areaOfShape(document, kind, document.layout[id])),
      ),
    ).toEqual([])
  })
})

describe('aligning', () => {
  it('puts shapes into a row in their order, none over another', () => {
    const document = parsed({
      shapes: [
        { kind: 'circle', id: 'a', size: 1 },
        { kind: 'circle', id: 'b', size: 1 },
        { kind: 'circle', id: 'c', size: 1 },
      ],
      layout: { a: { x: 10, y: 0 }, b: { x: 0, y: 30 }, c: { x: 500, y: 60 } },
    })
    const { layout } = alignShapes(document, new Set(['a', 'b', 'c']), 'row')
    expect(new Set(Object.values(layout).map(({ y }) => y))).toEqual(new Set([30]))
    expect(layout.b.x).toBe(0)
    expect(layout.a.x).toBe(74)
    expect(layout.c.x).toBe(500)
    const column = alignShapes(document, new Set(['a', 'b']), 'column').layout
    expect(column.a.x).toBe(column.b.x)
    expect(column.c).toEqual(document.layout.c)
    expect(alignShapes(document, new Set(['a']), 'row')).toBe(document)
  })
})
