import { z } from 'zod'
import { totalShapes } from './chart-lines'
import { lossUnits } from './units'

/** How the person wants the chart; kept in the workspace. */
export const chartSettingsSchema = z.object({
  unit: z.enum(lossUnits),
  logX: z.boolean(),
  logY: z.boolean(),
  smooth: z.boolean(),
  total: z.enum(totalShapes),
  references: z.boolean(),
})
export type ChartSettings = z.output<typeof chartSettingsSchema>

export const initialChartSettings: ChartSettings = {
  unit: 'nats',
  logX: false,
  logY: false,
  smooth: true,
  total: 'mean',
  references: true,
}
