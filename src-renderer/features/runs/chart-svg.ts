import type { ChartLine } from './chart-lines'
import { type Marks, placedReferences, positionOn } from './chart-marks'
import type { Picture } from './chart-picture'
import { rateText } from './rate-text'
import { epochTicks, linearTicks, logTicks, tickText } from './ticks'
import { fromNats, lossText, type LossUnit } from './units'

export interface SvgChart {
  readonly title: string
  readonly picture: Picture
  readonly marks: Marks
  readonly unit: LossUnit
  /** All that the legend names. */
  readonly lines: readonly ChartLine[]
  readonly hidden: ReadonlySet<string>
  readonly colors: {
    readonly text: string
    readonly faint: string
    readonly grid: string
    readonly panel: string
  }
}

const svgSize = { width: 960, height: 420 }
const plot = { left: 60, top: 40, right: 680, bottom: 368 }
const LEGEND_ROW = 20
const FONT = 'font-family="Inter, \'Helvetica Neue\', Arial, sans-serif"'

/** The chart as it is seen, with its legend, as a drawing that any program opens. */
export function chartSvg({ title, picture, marks, unit, lines, hidden, colors }: SvgChart): string {
  const width = plot.right - plot.left
  const height = plot.bottom - plot.top
  const x = (step: number) => plot.left + positionOn(picture.x, step) * width
  const y = (value: number) => plot.bottom - positionOn(picture.y, value) * height
  const parts: string[] = []

  const yTicks = (picture.y.log ? logTicks : linearTicks)(picture.y.min, picture.y.max, 7)
  for (const tick of yTicks) {
    parts.push(rule(plot.left, y(tick), plot.right, y(tick), colors.grid))
    parts.push(text(plot.left - 8, y(tick) + 4, tickText(tick, yTicks), colors.faint, 'end'))
  }
  const { min, max } = picture.x
  for (const tick of (picture.x.log ? logTicks : linearTicks)(min, max, 6).filter(Number.isInteger)) {
    parts.push(text(x(tick), plot.bottom + 18, tick.toLocaleString('en-US'), colors.faint, 'middle'))
  }
  for (const { epoch, step } of epochTicks(min, max, marks.batches, ((max - min) * 64) / width)) {
    parts.push(rule(x(step), plot.top, x(step), plot.bottom, colors.grid))
    parts.push(text(x(step), plot.bottom + 34, `epoch ${epoch}`, colors.faint, 'middle'))
  }
  for (const { step, learningRate } of marks.rates.filter((mark) => mark.step >= min && mark.step <= max)) {
    parts.push(rule(x(step), plot.top, x(step), plot.bottom, colors.faint, '2 3'))
    parts.push(text(x(step) + 4, plot.top + 10, `rate ${rateText(learningRate)}`, colors.faint, 'start'))
  }
  const paths = picture.lines.map(({ points, color, width: stroke, opacity: seen }) => {
    const path = pathOf(points.map((point) => ({ x: x(point.x), y: y(point.y) })))
    const opacity = seen < 1 ? ` opacity="${seen}"` : ''
    return `<path d="${path}" stroke="${color}" stroke-width="${stroke}"${opacity}/>`
  })
  parts.push(`<g clip-path="url(#plot)" fill="none" stroke-linejoin="round">${paths.join('')}</g>`)
  const place = (value: number) => (y(value) - plot.top) / height
  for (const { label, at, labelAt } of placedReferences(marks.references, unit, place, 12 / height)) {
    const level = plot.top + at * height
    parts.push(rule(plot.left, level, plot.right, level, colors.faint, '3 4'))
    parts.push(text(plot.right + 6, plot.top + labelAt * height + 4, label, colors.faint, 'start'))
  }
  for (const { step, loss } of marks.validation) {
    const level = y(fromNats(loss, unit))
    if (step < min || step > max || level < plot.top || level > plot.bottom) continue
    parts.push(`<path d="M${n(x(step))} ${n(level - 4)}l4 4-4 4-4-4z" fill="${colors.text}"/>`)
  }
  lines
    .filter(({ key }) => !hidden.has(key))
    .forEach(({ label, color, lossAt, divisor, output }, row) => {
      const at = plot.top + 8 + row * LEGEND_ROW
      const last = lossAt(null) ?? null
      const shown = last !== null && output === null && unit === 'perplexity' ? last / divisor : last
      parts.push(`<path d="M752 ${at}h16" stroke="${color}" stroke-width="2.4"/>`)
      parts.push(text(776, at + 4, label, colors.text, 'start'))
      parts.push(text(944, at + 4, lossText(shown, unit), colors.text, 'end'))
    })

  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${svgSize.width}" height="${svgSize.height}"`,
    ` viewBox="0 0 ${svgSize.width} ${svgSize.height}" ${FONT} font-size="11">`,
    `<title>${escaped(title)}</title>`,
    `<clipPath id="plot"><rect x="${plot.left}" y="${plot.top}" width="${width}" height="${height}"/></clipPath>`,
    `<rect width="100%" height="100%" fill="${colors.panel}"/>`,
    `<text x="${plot.left}" y="24" font-size="13" font-weight="600" fill="${colors.text}">${escaped(title)}</text>`,
    `<text x="${plot.right}" y="24" text-anchor="end" fill="${colors.faint}">${unit} by step</text>`,
    ...parts,
    '</svg>\n',
  ].join('')
}

/** A gap begins a new piece of the line. */
function pathOf(points: readonly { x: number; y: number }[]): string {
  let path = ''
  let open = false
  for (const point of points) {
    if (Number.isFinite(point.y)) path += `${open ? 'L' : 'M'}${n(point.x)} ${n(point.y)}`
    open = Number.isFinite(point.y)
  }
  return path
}

function rule(x1: number, y1: number, x2: number, y2: number, color: string, dash?: string): string {
  const dashes = dash === undefined ? '' : ` stroke-dasharray="${dash}"`
  return `<path d="M${n(x1)} ${n(y1)}L${n(x2)} ${n(y2)}" stroke="${color}"${dashes}/>`
}

function text(
  x: number,
  y: number,
  words: string,
  color: string,
  anchor: 'start' | 'middle' | 'end',
): string {
  return `<text x="${n(x)}" y="${n(y)}" fill="${color}" text-anchor="${anchor}">${escaped(words)}</text>`
}

function n(value: number): string {
  return String(Math.round(value * 10) / 10)
}

function escaped(words: string): string {
  return words
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
