import type { Architecture } from '../../../../src-core/architecture/schema'
import type { Size } from '../../../../src-core/architecture/sizes'
import { linesAround } from '../canvas/frames'
import { corners, plus } from '../canvas/geometry'
import { type DrawnArrow, type DrawnBox, type DrawnShape, pictureOf, wordsInside } from '../canvas/picture'
import { loopRoute, straightRoute } from '../canvas/route'
import { type Hue, huesOf } from '../model/hues'

/** What the picture is printed with: the light theme's inks. */
const ink = {
  ground: '#ffffff',
  shape: '#ffffff',
  text: '#171a21',
  faint: '#656e7f',
  neutral: '#5a6374',
  frame: '#868e9d',
} as const
const MARGIN = 24
const FONT = "Inter, 'Helvetica Neue', Arial, sans-serif"

/** A picture of its own: `text` is an SVG document that refers to nothing outside itself. */
export interface DiagramSvg {
  readonly text: string
  /** In pixels. */
  readonly width: number
  readonly height: number
}

/**
 * The document as it is drawn, in light colours.
 * @param batch rows of the matrices
 * @param style a style sheet that it takes along, as `embeddedFont` gives
 */
export function diagramSvg(
  document: Architecture,
  vocabulary: Size,
  batch: number | null,
  style = '',
): DiagramSvg {
  const picture = pictureOf(document, vocabulary, batch)
  const hues = huesOf(document)
  const middles = new Map(picture.shapes.map(({ shape, middle }) => [shape.id, middle]))
  const { bounds } = picture
  const width = Math.ceil(bounds.width + 2 * MARGIN)
  const height = Math.ceil(bounds.height + 2 * MARGIN)
  const arrows = picture.arrows.map((drawn) => {
    const from = middles.get(drawn.arrow.from)
    const to = middles.get(drawn.arrow.to)
    const hue = drawn.arrow.color === undefined ? undefined : hues.get(drawn.arrow.color)
    return from && to ? arrowSvg(drawn, from, to, hue) : ''
  })
  const parts = [
    ...picture.boxes.map(boxSvg),
    ...arrows,
    ...picture.shapes.map((drawn) => shapeSvg(drawn, picture.brief)),
  ]
  const view = [round(bounds.x - MARGIN), round(bounds.y - MARGIN), width, height].join(' ')
  const text = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${view}" font-family="${FONT}" font-size="12">`,
    `<title>${escape(document.name)}</title>`,
    style === '' ? '' : `<style>${style}</style>`,
    `<rect x="${round(bounds.x - MARGIN)}" y="${round(bounds.y - MARGIN)}" width="${width}" height="${height}" fill="${ink.ground}"/>`,
    ...parts,
    '</svg>',
  ]
    .filter((line) => line !== '')
    .join('\n')
    .concat('\n')
  return { text, width, height }
}

function boxSvg({ frame, title, notes, stacked }: DrawnBox): string {
  const y = round(frame.y + 22)
  return [
    `<rect x="${round(frame.x)}" y="${round(frame.y)}" width="${round(frame.width)}" height="${round(frame.height)}" rx="14" fill="none" stroke="${ink.frame}" stroke-width="1.6" stroke-dasharray="2 5" stroke-linecap="round"/>`,
    `<text x="${round(frame.x + 18)}" y="${y}" font-size="11" fill="${ink.text}">${escape(title)}</text>`,
    ...(stacked
      ? notes.map((note, index) => noteSvg(note, frame.x + 18, y + 15 * (index + 1), 'start'))
      : notes.map((note) => noteSvg(note, frame.x + frame.width - 18, y, 'end'))),
  ].join('')
}

function noteSvg(note: string, x: number, y: number, anchor: 'start' | 'end'): string {
  return `<text x="${round(x)}" y="${round(y)}" font-size="11" fill="${ink.faint}" text-anchor="${anchor}">${escape(note)}</text>`
}

function shapeSvg(drawn: DrawnShape, brief: boolean): string {
  const { outline, middle, title, size } = drawn
  const style = `fill="${ink.shape}" stroke="${ink.text}" stroke-width="1.7" stroke-linejoin="round"`
  if (outline.kind === 'triangle') {
    const points = corners(outline)
      .map((corner) => plus(middle, corner))
      .map(({ x, y }) => `${round(x)},${round(y)}`)
      .join(' ')
    const { above } = linesAround(outline, brief)
    const top = middle.y - outline.height / 2 - 8
    const below = middle.y + outline.height / 2 + 18
    const sized = above > 1 && !brief
    const titleY = above > 0 ? top - (sized ? 16 : 0) : below
    const detailY = above === 0 ? below + 16 : sized ? top : below
    return [
      `<polygon points="${points}" ${style}/>`,
      words(title, middle.x, titleY, ink.text),
      brief ? '' : words(size, middle.x, detailY, ink.faint, 11),
    ].join('')
  }
  const body =
    outline.kind === 'circle'
      ? `<circle cx="${round(middle.x)}" cy="${round(middle.y)}" r="${round(outline.width / 2)}" ${style}/>`
      : `<rect x="${round(middle.x - outline.width / 2)}" y="${round(middle.y - outline.height / 2)}" width="${outline.width}" height="${outline.height}" rx="5" ${style}/>`
  const lines = wordsInside(drawn, brief).map(({ text, y }, index) =>
    index === 0
      ? words(text, middle.x, middle.y + y, ink.text)
      : words(text, middle.x, middle.y + y, ink.faint, 11),
  )
  return [body, ...lines].join('')
}

function arrowSvg(
  drawn: DrawnArrow,
  from: DrawnShape['middle'],
  to: DrawnShape['middle'],
  hue: Hue | undefined,
): string {
  const start = { middle: from, outline: drawn.from }
  const route = drawn.loop
    ? loopRoute(start, drawn.loop.angle, drawn.loop.place)
    : straightRoute(start, { middle: to, outline: drawn.to }, drawn.bow)
  if (!route) return ''
  const color = hue?.light ?? ink.neutral
  const dash = hue && hue.dash !== '' ? ` stroke-dasharray="${hue.dash}"` : ''
  const letter =
    hue && drawn.lettered
      ? `<text x="${round(route.label.x)}" y="${round(route.label.y + 4)}" fill="${hue.lightText}" font-weight="600" text-anchor="middle">${escape(hue.letter)}</text>`
      : ''
  return `<path d="${route.line}" fill="none" stroke="${color}" stroke-width="2"${dash}/><polygon points="${route.head}" fill="${color}"/>${letter}`
}

function words(text: string, x: number, y: number, fill: string, size = 12): string {
  return `<text x="${round(x)}" y="${round(y)}" font-size="${size}" fill="${fill}" text-anchor="middle">${escape(text)}</text>`
}

function escape(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
  return text.replace(/[&<>"]/g, (character) => entities[character])
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
