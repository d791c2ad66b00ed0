import { rewriteRoots, type Program } from '../program'
import type { Variable } from '../variable'
import { distribute } from './distribute'
import { outputsOf, reachLive } from './live'
import { Sharing } from './share'

/**
 * The same program with less to do: nodes that compute the same are one, and of every loop only what must go
 * step by step stays inside (see `distribute`).
 */
export const optimize = (program: Program): Program => rewriteRoots(program, rewrite)

/** The rewrites of `optimize` on variables instead of a whole program. */
export function rewrite(roots: readonly Variable[]): Variable[] {
  const live = reachLive(roots)
  const isLive = new Set(live)
  const sharing = new Sharing()
  const made = new Map<Variable, Variable>()
  const image = (value: Variable): Variable => {
    const found = made.get(value) ?? (value.node.kind === 'constant' ? sharing.constant(value) : undefined)
    if (!found) throw new Error('A rewrite met a variable before what it is computed from.')
    return found
  }
  for (const value of live) {
    const { node } = value
    if (made.has(value)) continue
    if (node.kind === 'apply') made.set(value, sharing.apply(node, node.inputs.map(image)))
    else if (node.kind === 'leaf') made.set(value, value)
    else if (node.kind === 'scan') {
      const outputs = new Set(outputsOf(node).filter((output) => isLive.has(output)))
      distribute(node, outputs, image, sharing).forEach((rewritten, output) => made.set(output, rewritten))
    }
  }
  return roots.map(image)
}
