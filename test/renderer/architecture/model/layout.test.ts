import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { unroll } from '../../../../src-core/architecture/unroll'
import type { Architecture } from '../../../../src-core/architecture/schema'
import {
  type Area,
  areaOfBox,
  areaOfShape,
  overlap,
  placeOf,
} from '../../../../src-renderer/features/architecture/model/geometry'
import { isUntidy, layOut, placed } from '../../../../src-renderer/features/architecture/model/layout'
import { lesson, lessonNames, parsed } from './documents'

/** Pairs of names whose areas lie over one another. */
function covering(document: Architecture): string[] {
  const areas = document.shapes.map(({ id, kind, box }): { id: string; box?: string; area: Area } => {
    const place = placeOf(document, id)
    if (!place) throw new Error(`${id} has no place`)
    return { id, box, area: areaOfShape(kind, place) }
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

describe('layout', () => {
  it.each(lessonNames)('of %s, rolled and unrolled, covers nothing and has inputs below outputs', (name) => {
    const document = lesson(name)
    for (const drawn of [layOut(document), layOut(unroll(document))]) {
      expect(covering(drawn)).toEqual([])
      expect(isUntidy(drawn)).toBe(false)
      const heights = (kind: string) =>
        drawn.shapes.flatMap((shape) => (shape.kind === kind ? [drawn.layout[shape.id].y] : []))
      for (const { from, to } of drawn.arrows) {
        const source = drawn.shapes.find(({ id }) => id === from)
        if (source?.kind === 'rectangle' && source.source.kind === 'character')
          expect(drawn.layout[to].y).toBeLessThan(drawn.layout[from].y)
      }
      expect(Math.min(...heights('triangle'))).toBeLessThan(Math.min(...heights('circle')))
    }
  })

  it('puts the columns of an unrolled network side by side', () => {
    const { layout } = layOut(unroll(lesson('sequence-rnn')))
    for (let step = 1; step <= 8; step++) {
      expect(layout[`c@${step}`].x).toBe(layout[`h@${step}`].x)
      expect(layout[`o@${step}`].x).toBe(layout[`h@${step}`].x)
      expect(layout[`c@${step}`].y).toBe(layout['c@1'].y)
    }
    expect(layout['h@2'].x - layout['h@1'].x).toBe(140)
    expect(layout['h@start']).toEqual({ x: layout['h@1'].x - 140, y: layout['h@1'].y })
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
        expect(isUntidy(again)).toBe(isUntidy(whole))
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
