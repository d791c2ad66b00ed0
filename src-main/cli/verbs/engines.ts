import { z } from 'zod'
import { engineProviders } from '../../engines/registry'
import { flag, readOptions } from '../options'
import { formatTable, print, printJson } from '../output'

const optionsSchema = z.object({ json: flag })

/** `unroll engines` */
export async function listEngines(rawOptions: Record<string, unknown>): Promise<void> {
  const { json } = readOptions(optionsSchema, rawOptions)
  const engines = await Promise.all(
    engineProviders.map(async (provider) => ({
      engine: provider.name,
      reason: await provider.unavailable(),
    })),
  )
  if (json) {
    for (const { engine, reason } of engines) printJson({ engine, available: reason === null, reason })
  } else {
    print(formatTable(engines.map(({ engine, reason }) => [engine, reason ?? 'can run here'])))
  }
}
