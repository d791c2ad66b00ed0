import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Architecture } from '../../../../src-core/architecture/schema'
import { unroll } from '../../../../src-core/architecture/unroll'
import {
  type Area,
  areaOfBox,
  areaOfShape,
  overlap,
  placeOf,
} from '../../../../src-renderer/features/architecture/model/geometry'
import { layOut, placed } from '../../../../src-renderer/features/architecture/model/layout'
import { shapeSpace } from '../../../../src-renderer/features/architecture/canvas/frames'
import { pictureOf } from '../../../../src-renderer/features/architecture/canvas/picture'
import { fitted, opening } from '../../../../src-renderer/features/architecture/canvas/viewport'
import { lesson, lessonNames, parsed } from './documents'

/** Pairs of names whose areas lie over one another. */
function covering(document: Architecture): string[] {
  const areas = document.shapes.map(({ id, kind, box }): { id: string; box?: string; area: Area } => {
    const place = placeOf(document, id)
    if (!place) throw new Error(`${id} has no place`)
    return { id, box, area: areaOfShape(document, kind, place) }
  })
  const pairs: string[] = []
  areas.forEach((one, index) => {
    for (const other of areas.slice(index + 1))
      if (overlap(one.area, other.area)) pairs.push(`${one.id} ${other.id}`)
    for (const { id } of document.boxes) {
      const area = one.box === id ? null : areaOfBox(document, id)
      if (area && overlap(one.area, area)) pairs.push(`${one.id} in ${id}`)
    }
  })
  return pairs
}

/** Networks of a few layers, some of it in a box, joined at random from lower to higher. */
const documents = fc
  .record({
    kinds: fc.array(fc.constantFrom('rectangle', 'circle', 'triangle'), { minLength: 1, maxLength: 14 }),
    boxed: fc.array(fc.boolean(), { minLength: 14, maxLength: 14 }),
    joins: fc.array(fc.tuple(fc.nat(13), fc.nat(13)), { maxLength: 25 }),
  })
  .map(({ kinds, boxed, joins }) => {
    const box = (place: number) => (boxed[place] ? { box: 'loop' } : {})
    const shapes = kinds.map((kind, place) => {
      const id = `s${place}`
      if (kind === 'circle') return { kind: 'circle' as const, id, size: 4, ...box(place) }
      if (kind === 'triangle')
        return { kind: 'triangle' as const, id, predicts: { character: 4 }, ...box(place) }
      return { kind: 'rectangle' as const, id, source: { kind: 'zeros' as const, size: 4 }, ...box(place) }
    })
    const arrows = joins
      .filter(([from, to]) => from < kinds.length && to < kinds.length)
      .map(([from, to], place) => ({ id: `a${place}`, from: `s${from}`, to: `s${to}` }))
    return parsed({ shapes, arrows, boxes: [{ id: 'loop', from: 1, to: 3 }] })
  })

/** Pairs of what is drawn over one another: shapes with their words and loops, and boxes over what is not theirs. */
function crowded(document: Architecture): string[] {
  const { shapes, arrows, boxes, brief } = pictureOf(document, 78, 64)
  const spaces = shapes.map((drawn) => ({ ...drawn.shape, space: shapeSpace(drawn, arrows, brief) }))
  return spaces.flatMap((one, index) => [
    ...spaces
      .slice(index + 1)
      .filter(({ space }) => overlap(one.space, space))
      .map(({ id }) => `${one.id} ${id}`),
    ...boxes
      .filter(({ box, frame }) => box.id !== one.box && overlap(one.space, frame))
      .map(({ box }) => `${one.id} in ${box.id}`),
  ])
}

/** The canvas of a window of 1280 × 800, its tools above and a legend of four colours below. */
const canvas = { width: 678, height: 440 }
const insets = [{ top: 48, right: 12, bottom: 174, left: 12 }]
/** Of names, in pixels at a zoom of 1. */
const NAMES = 12

describe('layout', () => {
  it.each(lessonNames)('of %s is the one that its document carries', (name) => {
    const document = lesson(name)
    expect(layOut(document).layout).toEqual(document.layout)
  })

  it.each(lessonNames)('of %s, rolled and unrolled, covers nothing and is read at a glance', (name) => {
    const document = lesson(name)
    for (const drawn of [document, layOut(unroll(document))]) {
      expect(crowded(drawn)).toEqual([])
      const { bounds } = pictureOf(drawn, 78, 64)
      if (drawn.shapes.length < 40) expect(fitted(bounds, canvas, insets).zoom * NAMES).toBeGreaterThan(10.5)
      expect(opening(bounds, canvas, insets).zoom * NAMES).toBeGreaterThan(6)
    }
  })

  it.each(lessonNames.filter((name) => lesson(name).boxes.length > 0))('of %s flows to the right', (name) => {
    const { layout, arrows } = lesson(name)
    for (const { from, to } of arrows) {
      expect(layout[to].y).toBe(layout[from].y)
      if (from !== to) expect(layout[to].x).toBeGreaterThan(layout[from].x + 80)
    }
  })

  it.each(lessonNames)(
    'of %s has columns in order, inputs below and outputs above, and straight arrows',
    (name) => {
      const document = lesson(name)
      const { layout, arrows, shapes } = layOut(unroll(document))
      const kind = new Map(shapes.map((shape) => [shape.id, shape.kind]))
      const slanted = arrows.filter(
        ({ from, to }) => layout[from].x !== layout[to].x && layout[from].y !== layout[to].y,
      )
      expect(slanted).toEqual([])
      for (const { from, to } of arrows) {
        expect(layout[to].x).toBeGreaterThanOrEqual(layout[from].x)
        if (layout[to].x === layout[from].x) expect(layout[to].y).toBeLessThan(layout[from].y)
        if (kind.get(to) === 'triangle') expect(layout[to].x).toBe(layout[from].x)
      }
    },
  )

  it('puts the columns of an unrolled network side by side', () => {
    const { layout } = layOut(unroll(lesson('sequence-rnn')))
    const distance = layout['h@2'].x - layout['h@1'].x
    for (let step = 2; step <= 8; step++) {
      expect(layout[`h@${step}`].x - layout[`h@${step - 1}`].x).toBe(distance)
      expect(layout[`c@${step}`].y).toBe(layout['c@1'].y)
    }
    expect(layout['h@start'].x).toBeLessThan(layout['h@1'].x)
    expect(layout['h@start'].y).toBe(layout['h@1'].y)
  })

  it('has what a state starts from before its circle', () => {
    const document = lesson('sequence-rnn')
    const zeros = { kind: 'rectangle' as const, id: 'z', source: { kind: 'zeros' as const, size: 256 } }
    const boxes = document.boxes.map((box) => ({ ...box, start: { h: 'z' } }))
    const drawn = layOut({ ...document, shapes: [...document.shapes, zeros], boxes })
    expect(drawn.layout['z'].x).toBeLessThan(drawn.layout['h'].x)
    expect(crowded(drawn)).toEqual([])
  })

  it('has columns from left to right also where no step reads a character of its own', () => {
    const loop = lesson('from-scratch-rnn')
    const free = { ...loop, shapes: loop.shapes.map((shape) => ({ ...shape })) }
    const [input] = free.shapes
    delete input.box
    if (input.kind === 'rectangle' && input.source.kind === 'character')
      input.source = { ...input.source, at: 1 }
    const { layout } = layOut(unroll(free))
    for (let step = 2; step <= 8; step++)
      expect(layout[`h@${step}`].x).toBeGreaterThan(layout[`h@${step - 1}`].x)
  })

  it('opens a long unrolled network at its beginning, and fits it whole where that is asked for', () => {
    const { bounds } = pictureOf(layOut(unroll(lesson('stacked-lstm'))), 78, 64)
    const view = opening(bounds, canvas, insets)
    expect(view.zoom).toBeGreaterThanOrEqual(0.5)
    expect(bounds.x * view.zoom + view.x).toBeGreaterThanOrEqual(0)
    const whole = fitted(bounds, canvas, insets)
    expect((bounds.x + bounds.width) * whole.zoom + whole.x).toBeLessThanOrEqual(canvas.width)
  })

  it('covers nothing, whatever is drawn', () => {
    fc.assert(
      fc.property(documents, (document) => {
        expect(covering(layOut(document)).filter((pair) => !pair.includes(' in '))).toEqual([])
      }),
      { numRuns: 100 },
    )
  })

  it('finds a free place for what lacks one and leaves the rest', () => {
    fc.assert(
      fc.property(documents, fc.nat(13), (document, lacking) => {
        const whole = layOut(document)
        const id = whole.shapes[lacking % whole.shapes.length].id
        const rest = Object.fromEntries(Object.entries(whole.layout).filter(([key]) => key !== id))
        const again = placed({ ...whole, layout: rest })
        expect(again.layout).toMatchObject(rest)
        expect(covering(again).filter((pair) => !pair.includes(' in '))).toEqual([])
      }),
      { numRuns: 50 },
    )
    const whole = lesson('gru')
    expect(placed(whole)).toBe(whole)
  })

  it('places ten thousand shapes without weighing them', () => {
    const shapes = Array.from({ length: 10_000 }, (_, place) => ({
      kind: 'circle' as const,
      id: `h${place}`,
      size: 1,
    }))
    const drawn = layOut(parsed({ shapes }))
    expect(Object.keys(drawn.layout)).toHaveLength(10_000)
  })
})
