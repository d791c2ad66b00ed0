import { z } from 'zod'
import { benchmark, configurationNames } from '../../host/benchmark'
import { flag, numberText, readOptions, wholeText } from '../options'
import { formatCount, formatTable, note, print, printJson } from '../output'

const optionsSchema = z.object({
  config: z
    .array(z.enum(configurationNames, `takes any of ${configurationNames.join(', ')}`))
    .default(configurationNames),
  engine: z.string(),
  threads: wholeText(1).optional(),
  seconds: numberText.pipe(z.number().positive('takes a number above 0')),
  json: flag,
})

/** `unroll bench` */
export async function bench(rawOptions: Record<string, unknown>): Promise<void> {
  const { config, threads, json, ...request } = readOptions(optionsSchema, rawOptions)
  const rows = [['engine', 'configuration', 'ms a step', 'tokens a second', 'threads']]
  for (const name of config) {
    const result = await benchmark({
      ...request,
      config: name,
      ...(threads === undefined ? {} : { threads }),
    })
    if (json) printJson(result)
    else {
      const { engine, ms_per_step: ms, tokens_per_second: rate, reason } = result
      if (reason !== undefined) note(`${name}: ${engine} is taken (${reason})`)
      rows.push([engine, name, ms.toFixed(3), formatCount(rate), String(result.threads)])
    }
  }
  if (!json) print(formatTable(rows))
}
