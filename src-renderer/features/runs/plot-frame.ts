import type { Marks } from './chart-marks'
import type { Picture } from './chart-picture'
import type { LossUnit } from './units'

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

/** What the plot shows. */
export interface Drawing {
  readonly picture: Picture
  readonly marks: Marks
  readonly unit: LossUnit
  readonly colors: PlotColors
  /** Steps of the longest line. */
  readonly steps: number
}

/** Where it is drawn, in pixels of the page. */
export interface PlotFrame {
  readonly ctx: CanvasRenderingContext2D
  readonly area: PlotArea
  /** Of the whole canvas. */
  readonly height: number
  readonly xOf: (step: number) => number
  readonly yOf: (value: number) => number
}

export const FONT_SIZE = 10.5
/** Right of the lines, where levels are named: no line comes there. */
export const LEVELS_WIDTH = 50
/** Of the names of levels, from one to the next. */
export const LEVEL_APART = 12
