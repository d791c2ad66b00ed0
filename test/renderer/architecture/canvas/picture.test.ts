import { describe, expect, it } from 'vitest'
import { architectureSchema } from '../../../../src-core/architecture/schema'
import { unroll } from '../../../../src-core/architecture/unroll'
import { holds } from '../../../../src-renderer/features/architecture/canvas/geometry'
import { along, paths } from '../../../../src-renderer/features/architecture/canvas/motion'
import { outputMarks } from '../../../../src-renderer/features/architecture/canvas/output-marks'
import { pictureOf } from '../../../../src-renderer/features/architecture/canvas/picture'
import { layOut } from '../../../../src-renderer/features/architecture/model/layout'
import { diagramSvg } from '../../../../src-renderer/features/architecture/export/diagram-svg'

const lessons: Readonly<Record<string, unknown>> = import.meta.glob(
  '../../../../resources/architectures/*.json',
  {
    eager: true,
    import: 'default',
  },
)

function lesson(name: string) {
  return architectureSchema.parse(lessons[`../../../../resources/architectures/${name}.json`])
}

const names = ['simple-rnn', 'sequence-rnn', 'stacked-lstm', 'sequence-eight-outputs', 'gru']

describe('pictureOf', () => {
  it('writes names and sizes', () => {
    const { shapes, boxes } = pictureOf(lesson('sequence-rnn'), 86, 64)
    expect(shapes.map(({ title, size, kind }) => [title, size, kind])).toEqual([
      ['character t', '64 × 42', 'embedding'],
      ['hidden', '64 × 256', ''],
      ['character t+1', '64 × 86', ''],
    ])
    expect(boxes.map(({ title, notes }) => [title, ...notes])).toEqual([
      ['repeat for t = 1 … 8', 'state starts from zeros · reset every window'],
    ])
  })

  it.each(names)('has the shapes of %s in their frames and all in its bounds', (name) => {
    const { shapes, boxes, bounds } = pictureOf(lesson(name), 86, 64)
    for (const { shape, middle, outline } of shapes) {
      const frames = boxes.filter(({ box }) => box.id === shape.box).map(({ frame }) => frame)
      for (const frame of [...frames, bounds]) {
        expect(holds(frame, { x: middle.x - outline.width / 2, y: middle.y - outline.height / 2 })).toBe(true)
        expect(holds(frame, { x: middle.x + outline.width / 2, y: middle.y + outline.height / 2 })).toBe(true)
      }
    }
  })

  it('writes the words of a box under each other where it is narrow', () => {
    const notes = (name: string) => pictureOf(lesson(name), 86, 64).boxes.map(({ stacked }) => stacked)
    expect(notes('sequence-rnn')).toEqual([false])
    expect(notes('simple-rnn')).toEqual([true])
    const { boxes } = pictureOf({ ...lesson('gru'), layout: { c: { x: 0, y: 0 } } }, 86, 64)
    expect(boxes[0].notes).toEqual(['state starts from zeros', 'reset every window'])
  })

  it('puts the loop beside where an arrow leaves above', () => {
    const document = lesson('sequence-rnn')
    const angle = (o: { x: number; y: number }) =>
      pictureOf({ ...document, layout: { ...document.layout, o } }, 86, 64).arrows.find(({ loop }) => loop)
        ?.loop?.angle
    const { x, y } = document.layout['h']
    expect(angle({ x: x + 200, y })).toBe(-Math.PI / 2)
    expect(angle({ x, y: y - 200 })).toBe(0)
  })

  it('draws arrows of the same two shapes apart, and around a shape in the way', () => {
    const document = lesson('sequence-rnn')
    const [into] = document.arrows
    const again = { ...into, id: 'again' }
    const past = { ...into, id: 'past', from: 'c', to: 'o' }
    const { arrows } = pictureOf({ ...document, arrows: [...document.arrows, again, past] }, 86, 64)
    const bow = (id: string) => arrows.find(({ arrow }) => arrow.id === id)?.bow ?? 0
    expect(bow(into.id)).toBe(-bow('again'))
    expect(bow(into.id)).not.toBe(0)
    expect(Math.abs(bow('past'))).toBeGreaterThan(40)
  })

  it('writes the letter of a colour that repeats in columns once for each role', () => {
    const { arrows, brief } = pictureOf(unroll(lesson('sequence-rnn')), 86, 64)
    expect(brief).toBe(true)
    expect(arrows.filter(({ lettered }) => lettered).length).toBeLessThanOrEqual(5)
    expect(new Set(arrows.filter(({ lettered }) => lettered).map(({ arrow }) => arrow.color)).size).toBe(3)
  })
})

describe('paths', () => {
  it('leads every copy from its shape to its column', () => {
    const rolled = lesson('sequence-rnn')
    const unrolled = layOut(unroll(rolled))
    const path = paths(rolled, unrolled).get('h@3')
    expect(path?.folded).toEqual(rolled.layout['h'])
    expect(path?.open).toEqual(unrolled.layout['h@3'])
    if (!path) throw new Error('h@3 has a path')
    expect(along(path, 0)).toEqual(path.folded)
    expect(along(path, 1)).toEqual(path.open)
  })

  it('lets the columns slide out in order', () => {
    const rolled = lesson('sequence-rnn')
    const ways = paths(rolled, layOut(unroll(rolled)))
    const part = (id: string) => {
      const way = ways.get(id)
      return way ? (along(way, 0.4).x - way.folded.x) / (way.open.x - way.folded.x) : Number.NaN
    }
    expect(part('h@2')).toBeGreaterThan(part('h@5'))
    expect(part('h@5')).toBeGreaterThan(part('h@8'))
  })
})

describe('outputMarks', () => {
  const rolled = lesson('sequence-rnn')

  it('shows each output its own loss, and the last step on a triangle in a box', () => {
    const unrolled = unroll(rolled)
    const marks = outputMarks(unrolled, rolled, (output) => 2 - output / 10)
    expect([...marks.values()].map(({ loss }) => loss)).toEqual(
      '2.00 1.90 1.80 1.70 1.60 1.50 1.40 1.30'.split(' '),
    )
    expect(outputMarks(rolled, rolled, (output) => output).get('o')).toMatchObject({
      output: 7,
      loss: '7.00',
    })
  })

  it('shows nothing of a run with other outputs, or before its first step', () => {
    expect(outputMarks(rolled, lesson('simple-rnn'), () => 1).size).toBe(0)
    expect(outputMarks(rolled, rolled, () => null).size).toBe(0)
  })
})

describe('diagramSvg', () => {
  it.each(names)('is one well-formed document of %s that needs nothing else', (name) => {
    const document = lesson(name)
    const { text, width, height } = diagramSvg(document, 86, 64)
    const parsed = new DOMParser().parseFromString(text, 'image/svg+xml')
    expect(parsed.querySelector('parsererror')).toBeNull()
    expect(parsed.documentElement.getAttribute('width')).toBe(String(width))
    expect(height).toBeGreaterThan(100)
    expect(text).not.toMatch(/href|url\(|var\(|NaN|undefined/)
    const shapes = parsed.querySelectorAll('[stroke-width="1.7"]')
    expect(shapes.length).toBe(document.shapes.length)
    // A line and a head for every arrow.
    expect(parsed.querySelectorAll('path').length).toBe(document.arrows.length)
  })

  it('takes a style sheet along', () => {
    const { text } = diagramSvg(lesson('gru'), 86, 64, '@font-face{font-family:Inter}')
    const parsed = new DOMParser().parseFromString(text, 'image/svg+xml')
    expect(parsed.querySelector('style')?.textContent).toBe('@font-face{font-family:Inter}')
    expect(diagramSvg(lesson('gru'), 86, 64).text).not.toContain('<style')
  })

  it('escapes what a person typed', () => {
    const { text } = diagramSvg({ ...lesson('gru'), name: '<b> & "c"' }, 'V', null)
    expect(text).toContain('<title>&lt;b&gt; &amp; &quot;c&quot;</title>')
    expect(text).toContain('B × V')
  })
})
