import { rootsOf, type Program } from './program'
import { reachLive } from './rewrites/live'
import { sizeOf } from './tensor'
import type { Variable } from './variable'

/** Floating-point operations of a program's matrix products, those in loops at every step. */
export function flopsOf(program: Program): number {
  return flopsOfAll(reachLive(rootsOf(program)))
}

function flopsOfAll(values: readonly Variable[]): number {
  const loops = new Set(values.flatMap(({ node }) => (node.kind === 'scan' ? [node] : [])))
  const inLoops = [...loops].map(({ length, body }) => length * flopsOfAll(body.variables))
  return sum([...inLoops, ...values.map(flopsOfProduct)])
}

/** 2·M·N·K of a product of [M, K] and [K, N]. */
function flopsOfProduct({ node, shape }: Variable): number {
  if (node.kind !== 'apply' || node.name !== 'matmul') return 0
  const [{ shape: left }] = node.inputs
  return 2 * sizeOf(shape) * left[node.attributes.transposeA ? 0 : 1]
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)
