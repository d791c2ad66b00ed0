import { UnrollError } from '../../../src-core/errors'
import type { ChartLine } from './chart-lines'
import type { PlotColors } from './plot-frame'
import { lossText, type LossUnit } from './units'

const LEGEND_WIDTH = 230
const TITLE_HEIGHT = 36
const LEGEND_ROW = 22

/** The chart's canvas with a title above and its legend at the right, as a PNG of the screen's resolution. */
export async function chartPng(
  canvas: HTMLCanvasElement,
  title: string,
  lines: readonly ChartLine[],
  unit: LossUnit,
  colors: PlotColors,
): Promise<Uint8Array> {
  const ratio = canvas.width / Math.max(1, canvas.clientWidth)
  const width = canvas.clientWidth + LEGEND_WIDTH
  const height = Math.max(canvas.clientHeight + 8, lines.length * LEGEND_ROW + 16) + TITLE_HEIGHT
  const page = document.createElement('canvas')
  page.width = Math.round(width * ratio)
  page.height = Math.round(height * ratio)
  const ctx = page.getContext('2d')
  if (!ctx) throw new UnrollError('no-canvas', 'The picture cannot be drawn here.', 'Export it as SVG.')
  ctx.scale(ratio, ratio)
  ctx.fillStyle = colors.panel
  ctx.fillRect(0, 0, width, height)
  ctx.drawImage(canvas, 0, TITLE_HEIGHT, canvas.clientWidth, canvas.clientHeight)
  ctx.fillStyle = colors.text
  ctx.textBaseline = 'middle'
  ctx.font = `600 13px ${colors.font}`
  ctx.fillText(title, 16, TITLE_HEIGHT / 2, width - 120)
  ctx.font = `11px ${colors.font}`
  ctx.textAlign = 'right'
  ctx.fillText(unit, width - 16, TITLE_HEIGHT / 2)
  ctx.font = `12px ${colors.font}`
  lines.forEach(({ label, color, lossAt, divisor, output }, row) => {
    const y = TITLE_HEIGHT + 18 + row * LEGEND_ROW
    const left = canvas.clientWidth + 12
    ctx.fillStyle = color
    ctx.fillRect(left, y - 1, 16, 2.4)
    ctx.fillStyle = colors.text
    ctx.textAlign = 'left'
    ctx.fillText(label, left + 24, y, LEGEND_WIDTH - 110)
    ctx.textAlign = 'right'
    const last = lossAt(null) ?? null
    const shown = last !== null && output === null && unit === 'perplexity' ? last / divisor : last
    ctx.fillText(lossText(shown, unit), width - 16, y)
  })
  const blob = await new Promise<Blob | null>((resolve) => page.toBlob(resolve, 'image/png'))
  if (!blob) throw new UnrollError('no-canvas', 'The picture could not be written.', 'Export it as SVG.')
  return new Uint8Array(await blob.arrayBuffer())
}
