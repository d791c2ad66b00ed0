import { readDiagram } from '../../../../src-core/architecture/diagram'
import type { Architecture, Arrow, Box, Shape } from '../../../../src-core/architecture/schema'
import type { Size } from '../../../../src-core/architecture/sizes'
import { isBrief } from '../model/geometry'
import { arrowWays, type ArrowWay } from './arrow-ways'
import { boxFrame, shapeSpace } from './frames'
import { type Outline, type Point, type Rect, union } from './geometry'
import { outlinesOf } from './outlines'
import { boxNotes, boxTitle, shapeLabel, shapeWords, type ShapeWords } from './words'

export interface DrawnShape {
  readonly shape: Shape
  readonly middle: Point
  readonly outline: Outline
  readonly title: string
  readonly size: string
  readonly kind: string
  /** For screen readers. */
  readonly label: string
}

export interface DrawnArrow extends ArrowWay {
  readonly arrow: Arrow
  readonly from: Outline
  readonly to: Outline
}

export interface DrawnBox {
  readonly box: Box
  readonly frame: Rect
  readonly title: string
  /** In one line, or where they stand under the title in as many as they need. */
  readonly notes: readonly string[]
  /** Whether the notes stand under the title, in a box too narrow for one line. */
  readonly stacked: boolean
}

/** All that is seen of a document, from which both the canvas and an export draw. */
export interface Picture {
  /** Whether many shapes stand side by side, so that each is drawn smaller and says less. */
  readonly brief: boolean
  readonly shapes: readonly DrawnShape[]
  readonly arrows: readonly DrawnArrow[]
  readonly boxes: readonly DrawnBox[]
  readonly bounds: Rect
}

const NOWHERE: Point = { x: 0, y: 0 }

/**
 * @param batch rows of the matrices, or null where nothing says it
 */
export function pictureOf(document: Architecture, vocabulary: Size, batch: number | null): Picture {
  const diagram = readDiagram(document)
  const brief = isBrief(document)
  const middleOf = (id: string) => (Object.hasOwn(document.layout, id) ? document.layout[id] : NOWHERE)
  const words = new Map(
    document.shapes.map((shape) => [shape.id, shapeWords(diagram, shape, vocabulary, batch, brief)]),
  )
  const outlines = outlinesOf(diagram, middleOf, (id) => lineOf(words.get(id)))
  const shapes = [...diagram.shapes.values()].flatMap((shape) => {
    const said = words.get(shape.id)
    const outline = outlines.get(shape.id)
    if (!said || !outline) return []
    const label = shapeLabel(diagram, shape, said)
    return [{ shape, middle: middleOf(shape.id), outline, ...said, label }]
  })
  const ways = arrowWays(diagram, shapes, brief)
  const arrows = document.arrows.flatMap((arrow) => {
    const from = outlines.get(arrow.from)
    const to = outlines.get(arrow.to)
    const way = ways.get(arrow.id)
    return from && to && way ? [{ arrow, from, to, ...way }] : []
  })
  const spaces = new Map(shapes.map((drawn) => [drawn.shape.id, shapeSpace(drawn, arrows, brief)]))
  const boxes = document.boxes.map((box) => {
    const inside = shapes.filter(({ shape }) => shape.box === box.id)
    const title = boxTitle(box)
    const notes = boxNotes(diagram, box)
    const room = inside.flatMap(({ shape }) => spaces.get(shape.id) ?? [])
    return { box, title, ...boxFrame(room, title, notes) }
  })
  const bounds = union([...spaces.values(), ...boxes.map(({ frame }) => frame)])
  return { brief, shapes, arrows, boxes, bounds: bounds ?? { ...NOWHERE, width: 0, height: 0 } }
}

/** A line of words in a shape. */
interface Line {
  readonly text: string
  /** Of its baseline, from the shape's middle downwards. */
  readonly y: number
}

/** What stands in a rectangle or circle, the title first: a circle is too narrow for size and kind in one line. */
export function wordsInside({ title, size, kind, outline }: DrawnShape, brief: boolean): readonly Line[] {
  const narrow = brief ? size.replace(/ × /, '×') : size
  const lines =
    outline.kind === 'circle' ? [title, narrow, kind].filter(Boolean) : [title, lineOf({ size, kind })]
  const apart = brief ? 14 : 15.5
  return lines.map((text, index) => ({ text, y: 4 + (index - (lines.length - 1) / 2) * apart }))
}

/** What stands under the title of a rectangle in one line. */
function lineOf(words: Pick<ShapeWords, 'size' | 'kind'> | undefined): string {
  return words ? [words.size, words.kind].filter(Boolean).join(' · ') : ''
}
