import { linearEdges, LineBuckets, logEdges } from './chart-buckets'
import type { ChartLine } from './chart-lines'
import { SmoothedLine } from './smoothing'
import { fromNats, type LossUnit } from './units'

/** Steps, counted from 1, that are shown; `follows`: its end goes along with the newest step. */
export interface View {
  readonly first: number
  readonly last: number
  readonly follows: boolean
}

export interface PictureOptions {
  readonly unit: LossUnit
  readonly logX: boolean
  readonly logY: boolean
  readonly smooth: boolean
  /** null: all steps. */
  readonly view: View | null
  /** Pixel columns of the plot. */
  readonly columns: number
  /** Keys of lines that are not drawn. */
  readonly hidden: ReadonlySet<string>
  /** The line that stands out, by its key. */
  readonly highlighted: string | null
}

export interface DrawnLine {
  readonly key: string
  readonly color: string
  readonly width: number
  /** 0 to 1; less than 1: raw behind its smoothed line, or beside a highlighted one. */
  readonly opacity: number
  /** Every step's own loss, not a running mean. */
  readonly raw: boolean
  /** Pointed at. */
  readonly standsOut: boolean
  /** In the chosen unit; y is NaN at a gap. */
  readonly points: Point[]
}

export interface Point {
  x: number
  y: number
}

/** What is drawn: on the canvas by chart.js, or in a file. */
export interface Picture {
  readonly lines: readonly DrawnLine[]
  readonly x: Axis
  readonly y: Axis
}

export interface Axis {
  readonly min: number
  readonly max: number
  readonly log: boolean
}

/** Of the steps that are shown from the very first one on: their losses fall from far above and do not scale the axis. */
const FALLING_PART = 0.02
const ENOUGH_STEPS = 300
const SMOOTHING_WEIGHT = 0.98

/** Makes pictures of lines that grow, keeping what can be kept from one to the next. */
export class Painter {
  readonly #buckets = new Map<string, LineBuckets>()
  readonly #smoothed = new Map<string, SmoothedLine>()
  readonly #points = new Map<string, Point[]>()
  readonly #sources = new Map<string, object>()

  paint(lines: readonly ChartLine[], options: PictureOptions): Picture {
    const steps = lines.reduce((most, line) => Math.max(most, line.steps()), 0)
    const { first, last } = visibleSteps(options.view, steps)
    const drawn = lines
      .filter(({ key }) => !options.hidden.has(key))
      .flatMap((line, _, { length }) => this.#draw(line, first, last, options, length))
    drawn.sort((a, b) => rank(a, options.highlighted) - rank(b, options.highlighted))
    return {
      lines: drawn,
      x: { min: first, max: Math.max(last, first + 1), log: options.logX },
      y: valueAxis(drawn, first, last, options),
    }
  }

  /** @param count lines in the picture */
  #draw(line: ChartLine, first: number, last: number, options: PictureOptions, count: number): DrawnLine[] {
    const { smooth, highlighted } = options
    const { key, color, width } = line
    this.#forgetOther(key, line.source)
    const values = line.values()
    const stride = line.stride()
    // From here on places are those of values, of which each may stand for many steps.
    const edges = (options.logX ? logEdges : linearEdges)(
      Math.floor((first - 1) / stride),
      Math.ceil(last / stride),
      options.columns,
    )
    const beside = highlighted !== null && highlighted !== key
    const raw: DrawnLine = {
      key,
      color,
      width: smooth ? 1 : highlighted === key ? width + 1 : width,
      opacity: beside || smooth ? behind(count) : 1,
      raw: true,
      standsOut: highlighted === key,
      points: this.#pointsOf(key, values, edges, line, options.unit),
    }
    if (!smooth) return [raw]
    const mean = made(this.#smoothed, key, () => new SmoothedLine(SMOOTHING_WEIGHT)).of(
      values,
      line.edition(),
      stride,
    )
    const smoothed: DrawnLine = {
      key,
      color,
      width: highlighted === key ? width + 1.5 : width + 0.5,
      opacity: beside ? behind(1) : 1,
      raw: false,
      standsOut: highlighted === key,
      points: this.#pointsOf(`${key} smoothed`, mean, edges, line, options.unit),
    }
    return [raw, smoothed]
  }

  /** Another run's line may have the same key, and even the same edition. */
  #forgetOther(key: string, source: object): void {
    if (this.#sources.get(key) === source) return
    this.#sources.set(key, source)
    this.#smoothed.delete(key)
    this.#buckets.delete(key)
    this.#buckets.delete(`${key} smoothed`)
  }

  /** Points are kept and written over: thousands a drawing, ten drawings a second. */
  #pointsOf(
    key: string,
    values: Float32Array,
    edges: Int32Array,
    { divisor, edition, stride }: ChartLine,
    unit: LossUnit,
  ): Point[] {
    const apart = stride()
    const buckets = made(this.#buckets, key, () => new LineBuckets())
    const points = made(this.#points, key, () => [])
    buckets.update(values, edges, edition())
    let count = 0
    buckets.forEach(values, (at, value) => {
      const y = fromNats(value / divisor, unit)
      if (count < points.length) {
        points[count].x = at * apart + 1
        points[count].y = Number.isFinite(y) ? y : Number.NaN
      } else points.push({ x: at * apart + 1, y: Number.isFinite(y) ? y : Number.NaN })
      count++
    })
    points.length = count
    return points
  }
}

/** The steps that a view shows of a run that stands at `steps`. */
export function visibleSteps(view: View | null, steps: number): { first: number; last: number } {
  if (view === null) return { first: 1, last: Math.max(1, steps) }
  if (!view.follows) return view
  return { first: Math.max(1, steps - (view.last - view.first)), last: Math.max(1, steps) }
}

function valueAxis(lines: readonly DrawnLine[], first: number, last: number, options: PictureOptions): Axis {
  const falls = !options.logX && first === 1 && last > ENOUGH_STEPS
  const from = falls ? last * FALLING_PART : first
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  for (const { points } of lines) {
    for (const { x, y } of points) {
      if (Number.isNaN(y) || x < first || x > last || (options.logY && y <= 0)) continue
      if (y < min) min = y
      if (y > max && x >= from) max = y
    }
  }
  if (!(max >= min)) return { min: options.logY ? 0.1 : 0, max: 1, log: options.logY }
  if (options.logY) return { min: min / 1.05, max: max * 1.05, log: true }
  const margin = max > min ? (max - min) * 0.04 : Math.max(0.1, Math.abs(max) * 0.1)
  return {
    min: Math.max(min >= 0 ? 0 : Number.NEGATIVE_INFINITY, min - margin),
    max: max + margin,
    log: false,
  }
}

/** What stands out is drawn last. */
function rank({ key, opacity }: DrawnLine, highlighted: string | null): number {
  return key === highlighted ? 2 : opacity < 1 ? 0 : 1
}

/** How visible what stands back is: many raw lines over each other would hide the smoothed ones. */
function behind(count: number): number {
  return count > 3 ? 0.14 : 0.32
}

function made<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key)
  if (value === undefined) {
    value = make()
    map.set(key, value)
  }
  return value
}
