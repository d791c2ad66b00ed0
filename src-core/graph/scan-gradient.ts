import { add } from './ops'
import { substitute } from './rebuild'
import { reach, Scan } from './scan'
import { inputsOf, variable, zeros, type Variable } from './variable'

type Backpropagate = (
  seeds: readonly (readonly [Variable, Variable])[],
  wrt: readonly Variable[],
  leaves: ReadonlySet<Variable>,
) => (Variable | null)[]

/**
 * The gradient of a loop is a loop in the other direction (backpropagation through time). It carries the
 * gradients of the states, and sums those of what the loop captured step by step; the rewrites of
 * `optimize` take such sums out of the loop. What the forward loop computed at each step and the backward
 * one needs is collected, not computed again.
 * @param gradient the gradient of an output of the loop, or null where none arrived.
 * @param active whether a gradient of this outer variable is wanted.
 * @returns the loop's inputs with the gradients that reach them.
 */
export function scanGradient(
  node: Scan,
  gradient: (output: Variable) => Variable | null,
  active: (input: Variable) => boolean,
  backpropagate: Backpropagate,
): (readonly [input: Variable, gradient: Variable])[] {
  const arriving = node.stacked.map(gradient)
  const live = activeStates(node, active)
  const carried = live.map((i) =>
    variable(`d ${node.states[i].name ?? 'state'}`, 'float32', node.states[i].shape),
  )
  const start = live.map((i) => gradient(node.final[i]) ?? zeros(node.states[i].shape))
  const elements = arriving.map((g) => g && variable('gradient', 'float32', g.shape.slice(1)))

  const seeds = live.map((i, k) => [node.next[i], carried[k]] as const)
  const seedsOfOutputs = elements.flatMap((g, j) => (g ? [[node.collected[j], g] as const] : []))
  const sequences = node.sequences.flatMap((sequence, k) => (active(sequence) ? [k] : []))
  const captured = node.captured.filter((value) => active(value) && value.dtype === 'float32')
  const wrt = [...live.map((i) => node.states[i]), ...sequences.map((k) => node.elements[k]), ...captured]
  const found = backpropagate([...seeds, ...seedsOfOutputs], wrt, new Set(node.captured))

  const ofStates = live.map((i, k) => found[k] ?? zeros(node.states[i].shape))
  const ofSequences = sequences.map((_, k) => found[live.length + k])
  const ofCaptured = captured.map((_, k) => found[live.length + sequences.length + k])
  const sums = ofCaptured.map((part, k) => part && variable('sum', 'float32', captured[k].shape))
  const nextSums = ofCaptured.flatMap((part, k) => {
    const sum = sums[k]
    return part && sum ? [add(sum, part)] : []
  })

  // Whatever of the forward body the backward one refers to comes in as a sequence.
  const kept = ofSequences.flatMap((part) => (part ? [part] : []))
  const outputs = [...ofStates, ...nextSums, ...kept]
  const residuals = reach(outputs, node.body.has).filter(node.body.has)
  const replacements = residuals.map(
    (value) => [value, variable(value.name ?? 'kept', value.dtype, value.shape)] as const,
  )
  const body = substitute(outputs, new Map(replacements))
  const held = sums.flatMap((sum) => (sum ? [sum] : []))
  const backward = new Scan(
    node.length,
    !node.reverse,
    [...arriving.flatMap((g) => (g ? [g] : [])), ...residuals.map((value) => sequenceOf(node, value))],
    [...elements.flatMap((g) => (g ? [g] : [])), ...replacements.map(([, element]) => element)],
    [...start, ...held.map(({ shape }) => zeros(shape))],
    [...carried, ...held],
    body.slice(0, live.length + held.length),
  )
  const stacked = body.slice(live.length + held.length).map((part) => backward.collect(part))
  return [
    ...live.map((i, k) => [node.initial[i], backward.final[k]] as const),
    ...sequences.filter((_, k) => ofSequences[k]).map((k, at) => [node.sequences[k], stacked[at]] as const),
    ...captured
      .filter((_, k) => ofCaptured[k])
      .map((value, at) => [value, backward.final[live.length + at]] as const),
  ]
}

/** The states that a wanted gradient can flow through: those that depend on an active input, at any step. */
function activeStates(node: Scan, active: (input: Variable) => boolean): number[] {
  const moving = new Set<Variable>(node.captured.filter(active))
  node.elements.forEach((element, k) => active(node.sequences[k]) && moving.add(element))
  node.states.forEach((state, i) => active(node.initial[i]) && moving.add(state))
  for (let grew = true; grew;) {
    const before = moving.size
    for (const value of node.body.variables)
      if (inputsOf(value.node).some((input) => moving.has(input))) moving.add(value)
    node.states.forEach((state, i) => moving.has(node.next[i]) && moving.add(state))
    grew = moving.size > before
  }
  return node.states.flatMap((state, i) => (moving.has(state) && state.dtype === 'float32' ? [i] : []))
}

/** The values of a variable of the body at every step; the state itself means its value before the step. */
function sequenceOf(node: Scan, value: Variable): Variable {
  const element = node.elements.indexOf(value)
  return element >= 0 ? node.sequences[element] : node.collect(value)
}
