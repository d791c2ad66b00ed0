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
import type { Axis } from './chart-picture'
import {
  type Drawing,
  FONT_SIZE,
  LEVELS_WIDTH,
  type PlotArea,
  type PlotColors,
  type PlotFrame,
} from './plot-frame'
import { drawLines } from './plot-lines'
import { drawBehind, drawInFront } from './plot-marks'
import { linearTicks, logTicks, tickText } from './ticks'

Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale, zoomPlugin)

/** Below the steps, where epochs are named. */
const EPOCH_ROW = 14
const X_TICK_APART = 80
const Y_TICK_APART = 44
const RIGHT = 10

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
        layout: { padding: { top: 8, right: RIGHT } },
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

  get canvas(): HTMLCanvasElement {
    return this.#chart.canvas
  }

  draw(drawing: Drawing): void {
    this.#drawing = drawing
    const { picture, colors, steps } = drawing
    const { options } = this.#chart
    const right = drawing.marks.references.length > 0 ? LEVELS_WIDTH : RIGHT
    options.layout = { padding: { top: 8, right } }
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
        drawBehind(this.#frame(ctx), this.#drawing)
        drawLines(this.#frame(ctx), this.#drawing.picture.lines, this.#chart.currentDevicePixelRatio)
      },
      afterDatasetsDraw: ({ ctx }) => {
        if (this.#drawing) drawInFront(this.#frame(ctx), this.#drawing)
      },
    }
  }

  #frame(ctx: CanvasRenderingContext2D): PlotFrame {
    const { x, y } = this.#chart.scales
    return {
      ctx,
      area: this.area,
      height: this.#chart.height,
      xOf: (step) => x.getPixelForValue(step),
      yOf: (value) => y.getPixelForValue(value),
    }
  }
}
