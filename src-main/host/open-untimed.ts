import { cpus } from 'node:os'
import { reasonOf, UnrollError } from '../../src-core/errors'
import type { Engine, EngineProvider } from '../../src-core/graph/engine'
import { isOfCpu } from '../../src-core/training/engine-loss'
import { openProbed } from '../engines/probe'
import { engineProviders } from '../engines/registry'

/** What a network that is not trained further is used for: text, token after token, or whole batches. */
export type Use = 'stepping' | 'batches'

/**
 * An engine for a network that is not trained further, found without timing any.
 *
 * Batches run on the engine that trained the network, else on the first that is here. Stepping through a text stays on
 * the CPU, where an engine of the CPU can run, and that is `native` where it can: one row a step leaves a GPU idle, every
 * token would wait for its answer, and the GPU is that of the run that may be in training. Of the engines of the CPU
 * `native` was measured to write three to four times as much text as `ort`.
 * @param trained what trained the network.
 * @throws UnrollError `engine-unavailable` with the reasons
 */
export async function openUntimed(
  trained: { readonly name: string; readonly threads: number | null },
  use: Use,
  providers: readonly EngineProvider[] = engineProviders,
): Promise<Engine> {
  const reasons: string[] = []
  for (const provider of inOrder(trained.name, use, providers)) {
    const reason = await provider.unavailable()
    if (reason !== null) {
      reasons.push(reason)
      continue
    }
    try {
      return await openProbed(provider, threadsOf(provider, trained, use))
    } catch (error) {
      reasons.push(reasonOf(error))
    }
  }
  throw new UnrollError('engine-unavailable', reasons.join(' '), 'See `unroll engines` for what would help.')
}

function inOrder(trained: string, use: Use, providers: readonly EngineProvider[]): EngineProvider[] {
  const rank = ({ name }: EngineProvider) => {
    if (use === 'stepping' && name === 'native' && trained !== 'reference') return -1
    if (use === 'stepping' && !isOfCpu(name)) return name === trained ? 2 : 3
    if (name === trained) return 0
    return name === 'reference' ? 4 : 1
  }
  return [...providers].sort((a, b) => rank(a) - rank(b))
}

function threadsOf(
  { name }: EngineProvider,
  trained: { readonly name: string; readonly threads: number | null },
  use: Use,
): number | null {
  if (use === 'stepping') return steppingThreads(name)
  return name === trained.name ? trained.threads : null
}

/** More would be waited for longer than they save. */
const MOST_STEPPING = 4

/**
 * Products of one row are mostly too small to share: with two busy cores, two threads of `ort` write less than half as
 * much text as one. `native` finds out as it goes whether more than one are faster (`src-native/src/engine/pace.rs`).
 */
export function steppingThreads(engine: string): number {
  return engine === 'native' ? Math.min(MOST_STEPPING, cpus().length) : 1
}
