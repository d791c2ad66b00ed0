import { concat, reshape, select } from '../../../../src-core/graph/ops'
import { rewriteRoots, type Program } from '../../../../src-core/graph/program'
import { substitute } from '../../../../src-core/graph/rebuild'
import { reach, Scan } from '../../../../src-core/graph/scan'
import type { Variable } from '../../../../src-core/graph/variable'

/** The program with every loop inside of a loop unrolled: a list of instructions has loops side by side only. */
export function unrollInner(program: Program): Program {
  return rewriteRoots(program, (roots) => {
    let unrolled = roots
    for (let next = outerLoop(unrolled); next; next = outerLoop(unrolled))
      unrolled = substitute(unrolled, withoutInner(next))
    return unrolled
  })
}

function innerLoops(loop: Scan): Scan[] {
  return [...new Set(loop.body.variables.flatMap(({ node }) => (node.kind === 'scan' ? [node] : [])))]
}

function outerLoop(roots: readonly Variable[]): Scan | null {
  for (const { node } of reach(roots)) if (node.kind === 'scan' && innerLoops(node).length > 0) return node
  return null
}

/** The outputs of a loop as those of one without loops inside. */
function withoutInner(loop: Scan): Map<Variable, Variable> {
  const made = new Map<Variable, Variable>()
  for (const inner of innerLoops(loop)) unroll(inner, made)
  const body = substitute([...loop.next, ...loop.collected], made)
  const next = body.slice(0, loop.next.length)
  const copy = new Scan(
    loop.length,
    loop.reverse,
    loop.sequences,
    loop.elements,
    loop.initial,
    loop.states,
    next,
  )
  return new Map([
    ...loop.final.map((final, i) => [final, copy.final[i]] as const),
    ...loop.stacked.map((stacked, i) => [stacked, copy.collect(body[next.length + i])] as const),
  ])
}

/** Adds the outputs of an inner loop, computed step after step. */
function unroll(loop: Scan, made: Map<Variable, Variable>) {
  const sequences = substitute(loop.sequences, made)
  let states = substitute(loop.initial, made)
  const collected = loop.collected.map((): Variable[] => [])
  for (let step = 0; step < loop.length; step++) {
    const at = loop.reverse ? loop.length - 1 - step : step
    const placeholders = new Map(made)
    loop.elements.forEach((element, k) => placeholders.set(element, select(sequences[k], 0, at)))
    loop.states.forEach((state, i) => placeholders.set(state, states[i]))
    const body = substitute([...loop.next, ...loop.collected], placeholders)
    states = body.slice(0, states.length)
    collected.forEach(
      (values, j) => (values[at] = reshape(body[states.length + j], [1, ...loop.collected[j].shape])),
    )
  }
  loop.final.forEach((final, i) => made.set(final, states[i]))
  loop.stacked.forEach((stacked, j) => made.set(stacked, concat(collected[j], 0)))
}
