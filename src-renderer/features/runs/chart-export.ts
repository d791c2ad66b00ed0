import type { ChartLine } from './chart-lines'
import type { Marks } from './chart-marks'
import type { Picture } from './chart-picture'
import { chartPng } from './chart-png'
import { chartSvg } from './chart-svg'
import type { LossPlot } from './loss-plot'
import type { PlotColors } from './plot-frame'
import type { LossUnit } from './units'

/** What stands on the screen, as it is handed to a file. */
export interface ShownChart {
  readonly title: string
  readonly picture: Picture
  readonly plot: LossPlot
  readonly marks: Marks
  readonly lines: readonly ChartLine[]
  readonly hidden: ReadonlySet<string>
  readonly unit: LossUnit
  readonly colors: PlotColors
}

/** @returns the file's name and its bytes. */
export async function chartFile(
  chart: ShownChart,
  kind: 'svg' | 'png',
): Promise<{ name: string; bytes: Uint8Array }> {
  const { title, plot, lines, hidden, unit, colors } = chart
  const name = `${fileName(title)}.${kind}`
  if (kind === 'svg') return { name, bytes: new TextEncoder().encode(chartSvg(chart)) }
  const shown = lines.filter(({ key }) => !hidden.has(key))
  return { name, bytes: await chartPng(plot.canvas, title, shown, unit, colors) }
}

/** A run's name as that of a file: what no file system takes becomes a dash. */
export function fileName(name: string): string {
  const plain = name.replace(/[\\/:*?"<>|\s]+/g, '-').replace(/^[.-]+|[.-]+$/g, '')
  return plain === '' ? 'run' : plain.slice(0, 80)
}
