import { UnrollError } from '../../src-core/errors'
import type { KernelTime } from '../../src-core/graph/engine'
import { medianOf, type OpenBenchmark } from './benchmark'

/** What a kernel takes of a training step. */
export interface KernelShare extends KernelTime {
  /** Of the time of all kernels, from 0 to 1. */
  readonly share: number
}

/** The fewest steps that are profiled. */
const FEWEST = 3

/**
 * The median over some steps of what each kernel takes, the longest first. Kernels run one after the other for it, so
 * their sum is more than a step of training takes.
 * @throws UnrollError `no-profile` where the engine cannot tell, `no-timestamps` where its device cannot.
 */
export async function profileSteps(
  { engine, training, inputs }: OpenBenchmark,
  seconds: number,
): Promise<readonly KernelShare[]> {
  if (!training.profile) {
    throw new UnrollError(
      'no-profile',
      `The engine ${engine.name} does not tell what each of its kernels takes.`,
      'Profile --engine native or webgpu, or time whole steps: leave out --profile.',
    )
  }
  const found: (readonly KernelTime[])[] = []
  const end = performance.now() + 1000 * seconds
  while (performance.now() < end || found.length < FEWEST) found.push(await training.profile(inputs))
  return sharesOf(found)
}

/** How fast a step's products are made, beside the best that the engine makes on its device. */
export interface LimitShare {
  /** Floating-point operations of the step's products, left out ones too, by the time of the whole step. */
  readonly gflops: number
  /** GFLOP/s of the best large product. */
  readonly limit: number
  /** Of the limit; above 1 where products are left out because they are of zeros. */
  readonly share: number
}

/** @param milliseconds of a step. @returns null where the engine has no limit to compare with. */
export async function shareOfLimit(
  { engine, flops }: OpenBenchmark,
  milliseconds: number,
): Promise<LimitShare | null> {
  if (!engine.limit) return null
  const limit = await engine.limit()
  const gflops = flops / milliseconds / 1e6
  return { gflops, limit, share: gflops / limit }
}

/** @param profiles of one program, one a step. */
export function sharesOf(profiles: readonly (readonly KernelTime[])[]): readonly KernelShare[] {
  const kernels = profiles[0].map(({ name, times }) => {
    const all = profiles.flatMap((profile) => profile.filter((kernel) => kernel.name === name))
    return { name, times, milliseconds: medianOf(all.map(({ milliseconds }) => milliseconds)) }
  })
  const total = kernels.reduce((sum, { milliseconds }) => sum + milliseconds, 0)
  return kernels
    .map((kernel) => ({ ...kernel, share: total > 0 ? kernel.milliseconds / total : 0 }))
    .sort((a, b) => b.milliseconds - a.milliseconds)
}
