import { broadcastTo, add } from '../ops'
import type { ApplyOf, OpName } from '../op'
import { Scan } from '../scan'
import { variable, type Variable } from '../variable'
import { liveBody } from './live'
import { planLoops, planWhole, type LoopPlan, type Plan } from './plan'
import type { Sharing } from './share'

/** Thrown where an op on no cycle has no form for all steps at once; the loop then stays whole. */
class NotVectorizable extends Error {}

type Image = (value: Variable) => Variable

/**
 * A loop taken apart: only what must go step by step stays in loops (one for each set of states that depend
 * on one another), the rest is done for all steps at once before, between and after them. Three effects:
 * products of the sequences alone are done in one product before the loop; the gradients of weights are one
 * product over all steps after it; so is what is made of the loop's outputs alone, such as the output layer.
 * @param outputs those that are needed.
 * @param image the rewritten form of an outer variable.
 * @returns each needed output's rewritten form.
 */
export function distribute(
  node: Scan,
  outputs: ReadonlySet<Variable>,
  image: Image,
  sharing: Sharing,
): Map<Variable, Variable> {
  const live = liveBody(node, outputs)
  try {
    return new Distribution(node, planLoops(node, live, outputs), image, sharing).build(outputs)
  } catch (error) {
    if (!(error instanceof NotVectorizable)) throw error
    return new Distribution(node, planWhole(live), image, sharing).build(outputs)
  }
}

class Distribution {
  private readonly loops = new Map<
    LoopPlan,
    { readonly scan: Scan; readonly local: ReadonlyMap<Variable, Variable> }
  >()
  private readonly loopOf: ReadonlyMap<Variable, LoopPlan>
  private readonly outside = new Map<Variable, Variable>()

  constructor(
    private readonly node: Scan,
    private readonly plan: Plan,
    private readonly image: Image,
    private readonly sharing: Sharing,
  ) {
    this.loopOf = new Map(
      plan.loops.flatMap((loop) => [
        ...loop.states.map((i) => [node.states[i], loop] as const),
        ...[...loop.members].map((value) => [value, loop] as const),
      ]),
    )
  }

  build(outputs: ReadonlySet<Variable>): Map<Variable, Variable> {
    const { node } = this
    const built = new Map<Variable, Variable>()
    node.final.forEach((final, i) => outputs.has(final) && built.set(final, this.final(i)))
    node.stacked.forEach(
      (stacked, j) => outputs.has(stacked) && built.set(stacked, this.stack(node.collected[j])),
    )
    return built
  }

  private final(i: number): Variable {
    const { node, plan } = this
    const sum = plan.sums.get(i)
    if (sum) return add(this.image(node.initial[i]), sum.build(this.stack, this.image))
    const loop = this.loopOf.get(node.states[i])
    if (!loop) throw new Error('A state that is needed belongs to no loop.')
    return this.loop(loop).scan.final[loop.states.indexOf(i)]
  }

  /** The values of a variable of the original body at every step, as an outer variable [T, ...]. */
  private readonly stack = (value: Variable): Variable => {
    const { node, image } = this
    if (!node.body.has(value)) return broadcastTo(image(value), [node.length, ...value.shape])
    const element = node.elements.indexOf(value)
    if (element >= 0) return image(node.sequences[element])
    const loop = this.loopOf.get(value)
    if (loop) {
      const { scan, local } = this.loop(loop)
      return scan.collect(local.get(value) ?? value)
    }
    const known = this.outside.get(value)
    if (known) return known
    if (value.node.kind !== 'apply') throw new NotVectorizable()
    const made = this.vectorize(value.node)
    this.outside.set(value, made)
    return made
  }

  private vectorize<N extends OpName>({ op, attributes, inputs }: ApplyOf<N>): Variable {
    const mapped = inputs.map((input) => this.node.body.has(input))
    const all = inputs.map((input, i) => (mapped[i] ? this.stack(input) : this.image(input)))
    const made = op.vectorize(all, mapped, attributes, this.node.length)
    if (!made) throw new NotVectorizable()
    return made
  }

  private loop(plan: LoopPlan) {
    const built = this.loops.get(plan) ?? this.buildLoop(plan)
    this.loops.set(plan, built)
    return built
  }

  private buildLoop({ states, members }: LoopPlan) {
    const { node, image, sharing } = this
    const local = new Map<Variable, Variable>()
    const fresh = (value: Variable) => variable(value.name ?? '', value.dtype, value.shape)
    states.forEach((i) => local.set(node.states[i], fresh(node.states[i])))
    const sequences: Variable[] = []
    const elements: Variable[] = []
    const localOf: Image = (value) => {
      const known = local.get(value)
      if (known) return known
      if (!node.body.has(value)) return image(value)
      if (members.has(value) && value.node.kind === 'scan') {
        const inner = value.node
        const outputs = new Set([...inner.final, ...inner.stacked].filter((output) => members.has(output)))
        distribute(inner, outputs, localOf, sharing).forEach((made, output) => local.set(output, made))
        return localOf(value)
      }
      if (members.has(value) && value.node.kind === 'apply') {
        local.set(value, sharing.apply(value.node, value.node.inputs.map(localOf)))
      } else {
        const element = fresh(value)
        sequences.push(this.stack(value))
        elements.push(element)
        local.set(value, element)
      }
      return localOf(value)
    }
    members.forEach(localOf)
    const placeholders = states.map((i) => localOf(node.states[i]))
    const next = states.map((i) => localOf(node.next[i]))
    const initial = states.map((i) => image(node.initial[i]))
    return {
      scan: new Scan(node.length, node.reverse, sequences, elements, initial, placeholders, next),
      local,
    }
  }
}
