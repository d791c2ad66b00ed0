import { placedReferences } from './chart-marks'
import { type Drawing, FONT_SIZE, LEVEL_APART, type PlotFrame } from './plot-frame'
import { rateText } from './rate-text'
import { epochTicks } from './ticks'
import { fromNats } from './units'

/** Between the names of two epochs, in pixels. */
const EPOCH_APART = 64

/** What lies under the lines: ends of epochs and changes of the rate. */
export function drawBehind(frame: PlotFrame, drawing: Drawing): void {
  const { ctx } = frame
  ctx.save()
  ctx.font = `${FONT_SIZE}px ${drawing.colors.font}`
  drawEpochs(frame, drawing)
  drawRates(frame, drawing)
  ctx.restore()
}

/** What lies over the lines: the levels of guesses, named beside the lines, and the losses of what is held out. */
export function drawInFront(frame: PlotFrame, drawing: Drawing): void {
  const { ctx, area, xOf, yOf } = frame
  const { picture, marks, unit, colors } = drawing
  ctx.save()
  ctx.font = `${FONT_SIZE}px ${colors.font}`
  drawLevels(frame, drawing)
  ctx.fillStyle = colors.text
  ctx.strokeStyle = colors.panel
  for (const { step, loss } of marks.validation) {
    if (step < picture.x.min || step > picture.x.max) continue
    const y = yOf(fromNats(loss, unit))
    if (y >= area.top && y <= area.bottom) diamond(ctx, xOf(step), y)
  }
  ctx.restore()
}

function drawEpochs({ ctx, area, height, xOf }: PlotFrame, { picture, marks, colors }: Drawing): void {
  const { left, right, top, bottom } = area
  const { min, max } = picture.x
  ctx.fillStyle = colors.faint
  ctx.strokeStyle = colors.grid
  ctx.textAlign = 'center'
  ctx.textBaseline = 'bottom'
  const apart = ((max - min) * EPOCH_APART) / Math.max(1, right - left)
  for (const { epoch, step } of epochTicks(min, max, marks.batches, apart)) {
    const x = xOf(step)
    line(ctx, x, top, x, bottom)
    const text = `epoch ${epoch}`
    const half = ctx.measureText(text).width / 2
    ctx.fillText(text, Math.min(x, right + 8 - half), height)
  }
}

function drawLevels({ ctx, area, yOf }: PlotFrame, { marks, unit, colors }: Drawing): void {
  const { left, right, top, bottom } = area
  const height = Math.max(1, bottom - top)
  ctx.fillStyle = colors.faint
  ctx.strokeStyle = colors.faint
  ctx.textAlign = 'left'
  ctx.textBaseline = 'middle'
  const place = (value: number) => (yOf(value) - top) / height
  for (const { label, at, labelAt } of placedReferences(
    marks.references,
    unit,
    place,
    LEVEL_APART / height,
  )) {
    ctx.setLineDash([3, 4])
    line(ctx, left, top + at * height, right + 2, top + at * height)
    ctx.fillText(label, right + 6, top + labelAt * height)
  }
  ctx.setLineDash([])
}

function drawRates({ ctx, area, xOf }: PlotFrame, { picture, marks, colors }: Drawing): void {
  const { right, top, bottom } = area
  ctx.fillStyle = colors.warn
  ctx.strokeStyle = colors.warn
  ctx.textBaseline = 'top'
  ctx.setLineDash([2, 3])
  for (const { step, learningRate } of marks.rates) {
    if (step < picture.x.min || step > picture.x.max) continue
    const x = xOf(step)
    line(ctx, x, top, x, bottom)
    const text = `rate ${rateText(learningRate)}`
    const fits = x + 4 + ctx.measureText(text).width < right
    ctx.textAlign = fits ? 'left' : 'right'
    ctx.fillText(text, fits ? x + 4 : x - 4, top)
  }
  ctx.setLineDash([])
}

function line(ctx: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number): void {
  ctx.beginPath()
  ctx.moveTo(Math.round(x1) + 0.5, Math.round(y1) + 0.5)
  ctx.lineTo(Math.round(x2) + 0.5, Math.round(y2) + 0.5)
  ctx.stroke()
}

/** With a halo, so that it is seen on the lines that it is of. */
function diamond(ctx: CanvasRenderingContext2D, x: number, y: number): void {
  ctx.beginPath()
  ctx.moveTo(x, y - 4)
  ctx.lineTo(x + 4, y)
  ctx.lineTo(x, y + 4)
  ctx.lineTo(x - 4, y)
  ctx.closePath()
  ctx.lineWidth = 3
  ctx.stroke()
  ctx.fill()
}
