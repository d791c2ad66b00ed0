import {
  Chart,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  type Plugin,
  PointElement,
} from 'chart.js'
import zoomPlugin from 'chartjs-plugin-zoom'
import type { LossUnit } from './units'
import type { Axis, DrawnLine, Picture } from './chart-picture'
import { type Marks, placedReferences } from './chart-marks'
import { epochTicks, linearTicks, logTicks, tickText } from './ticks'
import { fromNats } from './units'

Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale, zoomPlugin)

export interface PlotColors {
  readonly text: string
  readonly faint: string
  readonly grid: string
  readonly panel: string
  readonly accent: string
  readonly warn: string
  readonly font: string
}

export interface PlotArea {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

interface Drawing {
  readonly picture: Picture
  readonly marks: Marks
  readonly unit: LossUnit
  readonly colors: PlotColors
  /** Steps of the longest line. */
  readonly steps: number
}

const FONT_SIZE = 10.5
/** Below the steps, where epochs are named. */
const EPOCH_ROW = 14
const EPOCH_APART = 64
const X_TICK_APART = 80
const Y_TICK_APART = 44
/** Opacity of lines that stand back, as two hexadecimal digits. */
const FAINT_ALPHA = '52'

/**
 * The chart on its canvas: chart.js lays it out, draws the axes and zooms. The lines are drawn here: chart.js makes an
 * element of every point, which took 140 ms for 100,000 steps of nine lines where the paths alone take a few.
 */
export class LossPlot {
  readonly #chart: Chart<'line'>
  #drawing: Drawing | null = null

  /**
   * @param onzoom steps that the person chose to see
   * @param onresize the canvas has another size: what is drawn needs other columns
   */
  constructor(
    canvas: HTMLCanvasElement,
    onzoom: (first: number, last: number) => void,
    onresize: () => void,
  ) {
    const zoomed = ({ chart }: { chart: Chart }) => {
      const { min, max } = chart.scales.x
      onzoom(Math.max(1, Math.round(min)), Math.round(max))
    }
    this.#chart = new Chart<'line'>(canvas, {
      type: 'line',
      data: { datasets: [] },
      plugins: [this.#plugin()],
      options: {
        animation: false,
        responsive: true,
        maintainAspectRatio: false,
        events: [],
        onResize: onresize,
        layout: { padding: { top: 8, right: 10 } },
        scales: {
          x: { type: 'linear', afterBuildTicks: (axis) => (axis.ticks = this.#xTicks()) },
          y: { type: 'linear', afterBuildTicks: (axis) => (axis.ticks = this.#yTicks()) },
        },
        plugins: {
          zoom: {
            pan: { enabled: true, mode: 'x', modifierKey: 'shift', onPan: zoomed },
            zoom: {
              mode: 'x',
              wheel: { enabled: true, speed: 0.15 },
              pinch: { enabled: true },
              drag: { enabled: true, threshold: 6 },
              onZoom: zoomed,
            },
          },
        },
      },
    })
  }

  get area(): PlotArea {
    return this.#chart.chartArea ?? { left: 0, right: 0, top: 0, bottom: 0 }
  }

  /** Pixel columns that lines have; as many as the canvas has before the first drawing. */
  get columns(): number {
    const { left, right } = this.area
    return Math.max(1, Math.round(right > left ? right - left : this.#chart.width))
  }

  /** The step under a place on the canvas, counted from 1. */
  stepAt(x: number): number {
    return Math.round(this.#chart.scales.x.getValueForPixel(x) ?? 1)
  }

  xOf(step: number): number {
    return this.#chart.scales.x.getPixelForValue(step)
  }

  yOf(value: number): number {
    return this.#chart.scales.y.getPixelForValue(value)
  }

  get canvas(): HTMLCanvasElement {
    return this.#chart.canvas
  }

  draw(drawing: Drawing): void {
    this.#drawing = drawing
    const { picture, colors, steps } = drawing
    const { options } = this.#chart
    options.scales = {
      ...options.scales,
      x: this.#axis(picture.x, colors, (value) => value.toLocaleString('en-US'), EPOCH_ROW),
      y: this.#axis(picture.y, colors, (value, ticks) => tickText(value, ticks), 0),
    }
    const zoom = options.plugins?.zoom
    if (zoom) {
      zoom.limits = { x: { min: 1, max: Math.max(2, steps), minRange: 4 } }
      if (zoom.zoom?.drag) zoom.zoom.drag.backgroundColor = `${colors.accent}26`
    }
    this.#chart.update('none')
  }

  destroy(): void {
    this.#chart.destroy()
  }

  #axis(
    axis: Axis,
    colors: PlotColors,
    text: (value: number, ticks: readonly number[]) => string,
    below: number,
  ) {
    const horizontal = below > 0
    return {
      type: axis.log ? ('logarithmic' as const) : ('linear' as const),
      min: axis.min,
      max: axis.max,
      afterFit: (scale: { height: number }) => {
        if (horizontal) scale.height += below
      },
      afterBuildTicks: (scale: { ticks: { value: number }[] }) => {
        scale.ticks = horizontal ? this.#xTicks() : this.#yTicks()
      },
      border: { display: false },
      grid: { display: !horizontal, color: colors.grid, drawTicks: false },
      ticks: {
        color: colors.faint,
        font: { family: colors.font, size: FONT_SIZE },
        padding: 6,
        autoSkip: false,
        maxRotation: 0,
        callback: (value: string | number, _index: number, ticks: readonly { value: number }[]) =>
          text(
            Number(value),
            ticks.map((tick) => tick.value),
          ),
      },
    }
  }

  #xTicks(): { value: number }[] {
    if (!this.#drawing) return []
    const { min, max, log } = this.#drawing.picture.x
    const count = Math.max(2, Math.floor(this.columns / X_TICK_APART))
    return (log ? logTicks : linearTicks)(min, max, count)
      .filter(Number.isInteger)
      .map((value) => ({ value }))
  }

  #yTicks(): { value: number }[] {
    if (!this.#drawing) return []
    const { min, max, log } = this.#drawing.picture.y
    const { top, bottom } = this.area
    const count = Math.max(2, Math.floor((bottom > top ? bottom - top : 200) / Y_TICK_APART))
    return (log ? logTicks : linearTicks)(min, max, count).map((value) => ({ value }))
  }

  #plugin(): Plugin<'line'> {
    return {
      id: 'unroll-marks',
      beforeDatasetsDraw: ({ ctx }) => {
        if (!this.#drawing) return
        this.#drawBehind(ctx, this.#drawing)
        this.#drawLines(ctx, this.#drawing.picture.lines)
      },
      afterDatasetsDraw: ({ ctx }) => {
        if (this.#drawing) this.#drawInFront(ctx, this.#drawing)
      },
    }
  }

  #drawBehind(ctx: CanvasRenderingContext2D, { picture, marks, colors }: Drawing): void {
    const { left, right, top, bottom } = this.area
    ctx.save()
    ctx.font = `${FONT_SIZE}px ${colors.font}`
    ctx.fillStyle = colors.faint
    ctx.strokeStyle = colors.grid
    ctx.textBaseline = 'bottom'
    const { min, max } = picture.x
    const apart = ((max - min) * EPOCH_APART) / Math.max(1, right - left)
    for (const { epoch, step } of epochTicks(min, max, marks.batches, apart)) {
      const x = this.xOf(step)
      line(ctx, x, top, x, bottom)
      const text = `epoch ${epoch}`
      const half = ctx.measureText(text).width / 2
      ctx.textAlign = 'center'
      ctx.fillText(text, Math.min(x, right + 8 - half), this.#chart.height)
    }
    ctx.strokeStyle = colors.warn
    ctx.fillStyle = colors.warn
    ctx.textBaseline = 'top'
    for (const { step, learningRate } of marks.rates) {
      if (step < min || step > max) continue
      const x = this.xOf(step)
      ctx.setLineDash([2, 3])
      line(ctx, x, top, x, bottom)
      const text = `rate ${learningRate.toExponential(1)}`
      const fits = x + 4 + ctx.measureText(text).width < right
      ctx.textAlign = fits ? 'left' : 'right'
      ctx.fillText(text, fits ? x + 4 : x - 4, top)
    }
    ctx.restore()
  }

  #drawLines(ctx: CanvasRenderingContext2D, lines: readonly DrawnLine[]): void {
    const { left, right, top, bottom } = this.area
    ctx.save()
    ctx.beginPath()
    ctx.rect(left, top - 1, right - left, bottom - top + 2)
    ctx.clip()
    ctx.lineJoin = 'round'
    for (const { color, width, faint, points } of lines) {
      ctx.strokeStyle = faint ? `${color}${FAINT_ALPHA}` : color
      ctx.lineWidth = width
      ctx.beginPath()
      let open = false
      for (const { x, y } of points) {
        const there = !Number.isNaN(y)
        if (there && open) ctx.lineTo(this.xOf(x), this.yOf(y))
        else if (there) ctx.moveTo(this.xOf(x), this.yOf(y))
        open = there
      }
      ctx.stroke()
    }
    ctx.restore()
  }

  #drawInFront(ctx: CanvasRenderingContext2D, { picture, marks, unit, colors }: Drawing): void {
    const { left, right, top, bottom } = this.area
    const height = Math.max(1, bottom - top)
    ctx.save()
    ctx.font = `${FONT_SIZE}px ${colors.font}`
    ctx.strokeStyle = colors.faint
    ctx.fillStyle = colors.faint
    ctx.textAlign = 'right'
    ctx.textBaseline = 'bottom'
    const place = (value: number) => (this.yOf(value) - top) / height
    for (const { label, at, labelAt } of placedReferences(marks.references, unit, place, 12 / height)) {
      ctx.setLineDash([3, 4])
      line(ctx, left, top + at * height, right, top + at * height)
      // Lines may pass behind: a halo keeps the word readable.
      ctx.setLineDash([])
      ctx.strokeStyle = colors.panel
      ctx.lineWidth = 3
      ctx.strokeText(label, right - 2, top + labelAt * height - 2)
      ctx.strokeStyle = colors.faint
      ctx.lineWidth = 1
      ctx.fillText(label, right - 2, top + labelAt * height - 2)
    }
    ctx.setLineDash([])
    ctx.fillStyle = colors.text
    for (const { step, loss } of marks.validation) {
      if (step < picture.x.min || step > picture.x.max) continue
      const y = this.yOf(fromNats(loss, unit))
      if (y < top || y > bottom) continue
      diamond(ctx, this.xOf(step), y)
    }
    ctx.restore()
  }
}

function line(ctx: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number): void {
  ctx.beginPath()
  ctx.moveTo(Math.round(x1) + 0.5, Math.round(y1) + 0.5)
  ctx.lineTo(Math.round(x2) + 0.5, Math.round(y2) + 0.5)
  ctx.stroke()
}

function diamond(ctx: CanvasRenderingContext2D, x: number, y: number): void {
  ctx.beginPath()
  ctx.moveTo(x, y - 4)
  ctx.lineTo(x + 4, y)
  ctx.lineTo(x, y + 4)
  ctx.lineTo(x - 4, y)
  ctx.closePath()
  ctx.fill()
}
