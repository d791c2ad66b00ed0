import { around, type Outline, type Point, type Rect, union } from './geometry'
import { loopSpace } from './route'

/** Of a box around what is in it; at its top its words. */
const PADDING = 22
const TITLE = 34
const NOTE = 15
/** What the words around a triangle take: label and loss; where there is room the size too. */
const LINE = 16

interface Placed {
  readonly shape: { readonly id: string }
  readonly middle: Point
  readonly outline: Outline
  readonly title: string
}

interface Loops {
  readonly arrow: { readonly from: string; readonly to: string }
  readonly loop: { readonly angle: number; readonly place: number } | null
}

/** What a shape takes of the plane with its words and its self-arrows. */
export function shapeSpace(drawn: Placed, arrows: readonly Loops[], brief: boolean): Rect {
  const { middle, outline } = drawn
  const spaces = [around(middle, outline.width, outline.height)]
  if (outline.kind === 'triangle') {
    const { above, below } = linesAround(outline, brief)
    const width = Math.max(outline.width, drawn.title.length * 6.2)
    const top = middle.y - outline.height / 2 - above * LINE - 4
    const bottom = middle.y + outline.height / 2 + below * LINE + 4
    spaces.push({ x: middle.x - width / 2, y: top, width, height: bottom - top })
  }
  for (const { arrow, loop } of arrows) {
    if (loop && arrow.from === drawn.shape.id)
      spaces.push(loopSpace({ middle, outline }, loop.angle, loop.place))
  }
  return union(spaces) ?? spaces[0]
}

/** Lines of words above and below a triangle: where its arrows arrive there are none. */
export function linesAround({ direction }: Outline, brief: boolean): { above: number; below: number } {
  if (direction === 'up') return { above: brief ? 2 : 3, below: 0 }
  if (direction === 'down') return { above: 0, below: brief ? 2 : 3 }
  return { above: 1, below: brief ? 1 : 2 }
}

interface Frame {
  readonly frame: Rect
  readonly notes: readonly string[]
  readonly stacked: boolean
}

/** The frame of a box around what is in it, its words in one line, or under each other where it is narrow. */
export function boxFrame(inside: readonly Rect[], title: string, notes: readonly string[]): Frame {
  const all = union(inside) ?? { x: 0, y: 0, width: 120, height: 60 }
  const room = all.width + 2 * PADDING
  const joined = notes.join(' · ')
  const stacked = wordsWidth(`${title}    ${joined}`) > room
  const lines = stacked && wordsWidth(joined) > room ? notes : [joined]
  const width = Math.max(room, ...(stacked ? [title, ...lines].map(wordsWidth) : []))
  const head = TITLE + 6 + (stacked ? lines.length * NOTE : 0)
  const x = all.x + all.width / 2 - width / 2
  return { frame: { x, y: all.y - head, width, height: all.height + head + PADDING }, notes: lines, stacked }
}

/** Of 11 pixels, with what is free beside them. */
function wordsWidth(text: string): number {
  return text.length * 5.2 + 36
}
