import { engineProviders } from '../../engines/registry'
import { formatTable, print, printJson } from '../output'

/** `unroll engines`: answers at once, so it does without the schemas that other verbs read their options by. */
export async function listEngines({ json }: Record<string, unknown>): Promise<void> {
  const engines = await Promise.all(
    engineProviders.map(async (provider) => ({
      engine: provider.name,
      reason: await provider.unavailable(),
    })),
  )
  if (json === true) {
    for (const { engine, reason } of engines) printJson({ engine, available: reason === null, reason })
  } else {
    print(formatTable(engines.map(({ engine, reason }) => [engine, reason ?? 'can run here'])))
  }
}
