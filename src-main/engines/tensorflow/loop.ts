import type { LiveBody } from '../../../src-core/graph/rewrites/live'
import type { Scan } from '../../../src-core/graph/scan'
import type { Variable } from '../../../src-core/graph/variable'
import type { Block } from './block'
import { Place, StepPlaces, type Holder } from './holder'
import type { Instruction, Instructions } from './instructions'
import { Results } from './results'

/**
 * A loop as one instruction of the block around it: the instructions of its body, run for one step after the
 * other. What it collects is kept as one tensor a step, and only stacked where something needs it whole.
 */
export class Loop implements Instruction {
  readonly reads: readonly Holder[]
  readonly writes: readonly Holder[]
  readonly states: readonly Place[]
  readonly finals: ReadonlyMap<Variable, Place>
  readonly stacked: ReadonlyMap<Variable, StepPlaces>
  private readonly body: Instructions
  private readonly initial: readonly Place[]
  private readonly elements: readonly { readonly sequence: StepPlaces; readonly place: Place }[]
  private readonly results: Results
  /** For each state the place that the last one goes to, or null where nobody asks for it. */
  private readonly last: readonly (Place | null)[]
  private readonly collected: readonly StepPlaces[]
  private readonly order: readonly number[]

  constructor(node: Scan, used: ReadonlySet<Variable>, live: LiveBody, outer: Block, inner: Block) {
    this.initial = live.states.map((i) => outer.place(node.initial[i]))
    this.states = live.states.map((i) => given(inner, node.states[i]))
    this.elements = node.elements.flatMap((element, k) =>
      live.all.has(element)
        ? [{ sequence: outer.steps(node.sequences[k]), place: given(inner, element) }]
        : [],
    )
    inner.add(live.variables, live.all)

    const outputs = node.collected.flatMap((value, j) =>
      used.has(node.stacked[j])
        ? [{ value, output: node.stacked[j], steps: new StepPlaces(node.length) }]
        : [],
    )
    const places = [...live.states.map((i) => node.next[i]), ...outputs.map(({ value }) => value)].map(
      (value) => inner.place(value),
    )
    this.results = new Results(places, (place) => this.states.includes(place) || inner.owns(place))
    this.body = inner.finish(this.states, places)
    this.last = live.states.map((i) => (used.has(node.final[i]) ? new Place() : null))
    this.finals = new Map(
      live.states.flatMap((i, k) => {
        const place = this.last[k]
        return place ? [[node.final[i], place] as const] : []
      }),
    )
    this.stacked = new Map(outputs.map(({ output, steps }) => [output, steps]))
    this.collected = outputs.map(({ steps }) => steps)
    const inside = new Set<Holder>([...this.states, ...this.elements.map(({ place }) => place)])
    this.reads = [
      ...this.initial,
      ...this.elements.map(({ sequence }) => sequence),
      ...[...this.body.foreign, ...this.results.foreign].filter((holder) => !inside.has(holder)),
    ]
    this.writes = [...this.finals.values(), ...this.collected]
    this.order = Array.from({ length: node.length }, (_, step) =>
      node.reverse ? node.length - 1 - step : step,
    )
  }

  readonly run = (): void => {
    this.states.forEach((state, i) => state.set(this.initial[i].get().clone()))
    for (const at of this.order) this.step(at)
    this.states.forEach((state, i) => {
      const last = this.last[i]
      if (last) last.set(state.take())
      else state.release()
    })
  }

  private step(at: number) {
    for (const { place, sequence } of this.elements) place.set(sequence.get(at))
    this.body.run()
    const made = this.results.take()
    this.states.forEach((state, i) => {
      state.release()
      state.set(made[i])
    })
    this.collected.forEach((steps, i) => steps.set(at, made[this.states.length + i]))
    // The elements are the sequences' own.
    for (const { place } of this.elements) place.take()
  }
}

function given(block: Block, value: Variable): Place {
  const place = new Place()
  block.give(value, place)
  return place
}
