import type { OpName } from '../op'
import { reach, type Scan } from '../scan'
import { inputsOf, type Variable } from '../variable'
import type { LiveBody } from './live'
import { sumOverSteps, type StepSum } from './sum-over-steps'

/** A loop that has to be one: states that depend on one another from step to step. */
export interface LoopPlan {
  /** Indices into the original loop's states. */
  readonly states: readonly number[]
  /** What of the original body is computed in this loop. */
  readonly members: Set<Variable>
}

export interface Plan {
  /** In the order of what they need of one another. */
  readonly loops: readonly LoopPlan[]
  /** States that only sum something up, by index: computed outside, from all steps at once. */
  readonly sums: ReadonlyMap<number, StepSum>
}

/** Ops that gain from being done once for all steps; what feeds or follows one outside a cycle goes with it. */
const HEAVY: ReadonlySet<OpName> = new Set<OpName>([
  'matmul',
  'gather',
  'scatterAdd',
  'oneHot',
  'softmax',
  'logSoftmax',
  'crossEntropy',
])

/** Everything in one loop, as it was built. */
export function planWhole(live: LiveBody): Plan {
  return { loops: [{ states: live.states, members: new Set(live.variables) }], sums: new Map() }
}

/**
 * Loop distribution (Kennedy and Allen): strongly connected components of the states become loops of their
 * own, everything that is on no cycle is done outside, for all steps at once. Cheap element-wise work stays
 * with the loop that reads or makes it, where its operands are in the cache.
 */
export function planLoops(node: Scan, live: LiveBody, outputs: ReadonlySet<Variable>): Plan {
  const sums = findSums(node, live)
  const kept = live.states.filter((i) => !sums.has(i))
  const reads = [...sums.values()].flatMap((each) => each.reads)
  const collected = node.collected.filter((_, j) => outputs.has(node.stacked[j]))
  const computed = new Set(node.body.variables)
  const roots = [...collected, ...reads, ...kept.map((i) => node.next[i])]
  const needed = reach(roots, (value) => !node.body.has(value)).filter((value) => computed.has(value))

  const depends = stateDependencies(node, needed)
  const components = order(kept, (j) => depends(node.next[j]))
  const loops = components.map((states) => ({ states, members: new Set<Variable>() }))
  loops.forEach(({ states, members }) => {
    for (const value of reach(
      states.map((j) => node.next[j]),
      (each) => !node.body.has(each),
    )) {
      if (computed.has(value) && states.some((i) => depends(value).has(i))) members.add(value)
    }
  })
  placeRest(node, needed, loops, new Set([...collected, ...reads]), depends)
  return { loops, sums }
}

/** States s with s' = s + f, read by nothing else. */
function findSums(node: Scan, live: LiveBody): Map<number, StepSum> {
  const sums = new Map<number, StepSum>()
  for (const i of live.states) {
    const state = node.states[i]
    const next = node.next[i].node
    if (next.kind !== 'apply' || next.name !== 'add' || !next.inputs.includes(state)) continue
    const users = live.variables.filter((value) => inputsOf(value.node).includes(state))
    const term = next.inputs[0] === state ? next.inputs[1] : next.inputs[0]
    const elsewhere = [...node.collected, ...node.next].includes(state) || reach([term]).includes(state)
    if (users.length === 1 && !elsewhere) sums.set(i, sumOverSteps(term, node.body, node.length))
  }
  return sums
}

/** For each variable of the body, the states that it reads within a step. */
function stateDependencies(
  node: Scan,
  needed: readonly Variable[],
): (value: Variable) => ReadonlySet<number> {
  const none: ReadonlySet<number> = new Set<number>()
  const found = new Map<Variable, ReadonlySet<number>>(node.states.map((state, i) => [state, new Set([i])]))
  for (const value of needed) {
    found.set(value, new Set(inputsOf(value.node).flatMap((input) => [...(found.get(input) ?? none)])))
  }
  return (value) => found.get(value) ?? none
}

/** Strongly connected components of the states, each after those that it reads. */
function order(states: readonly number[], reads: (state: number) => ReadonlySet<number>): number[][] {
  const reachable = new Map(states.map((j) => [j, new Set(reads(j))]))
  for (const via of states) {
    for (const from of reachable.values())
      if (from.has(via)) reachable.get(via)?.forEach((each) => from.add(each))
  }
  const all = (j: number) => reachable.get(j) ?? new Set<number>()
  const components: number[][] = []
  for (const j of states) {
    const own = components.find(([first]) => all(first).has(j) && all(j).has(first))
    if (own) own.push(j)
    else components.push([j])
  }
  // Whoever reads more states, itself included, comes later; within a chain of reads this is strict.
  const weight = ([first]: number[]) => new Set([...all(first), first]).size
  return components.sort((a, b) => weight(a) - weight(b))
}

function placeRest(
  node: Scan,
  needed: readonly Variable[],
  loops: readonly LoopPlan[],
  outside: ReadonlySet<Variable>,
  depends: (value: Variable) => ReadonlySet<number>,
) {
  const loopOf = new Map(loops.flatMap((loop) => [...loop.members].map((value) => [value, loop] as const)))
  const withProduct = new Set<Variable>()
  for (const value of needed) {
    const own = value.node.kind !== 'apply' || HEAVY.has(value.node.name)
    if (!loopOf.has(value) && (own || inputsOf(value.node).some((input) => withProduct.has(input))))
      withProduct.add(value)
  }
  const users = new Map<Variable, Variable[]>()
  for (const value of needed) {
    for (const input of inputsOf(value.node)) users.set(input, [...(users.get(input) ?? []), value])
  }
  for (const value of needed.slice().reverse()) {
    if (loopOf.has(value) || withProduct.has(value)) continue
    const readers = (users.get(value) ?? []).map((user) => loopOf.get(user))
    loops.forEach((loop) => loop.states.some((j) => node.next[j] === value) && readers.push(loop))
    const [only] = readers
    const together = !outside.has(value) && only !== undefined && readers.every((loop) => loop === only)
    const latest = loops.filter(({ states }) => states.some((i) => depends(value).has(i))).pop()
    const loop = together ? only : latest
    if (!loop) continue
    loop.members.add(value)
    loopOf.set(value, loop)
  }
}
