import { add, broadcastTo, concat, mean, multiply, reshape, select } from '../graph/ops'
import { scan } from '../graph/scan'
import { sizeOf } from '../graph/tensor'
import { zeros, type Variable } from '../graph/variable'
import { CarriedStates } from './carried-states'
import { Characters } from './characters'
import { bring, circleStep, type State } from './circle'
import { isCharacter, isRecurrent, startOf, stepsOf } from './diagram'
import type { Pass } from './pass'
import { circlesByPool, type Computation } from './pools'
import type { Arrow, Box, Circle, Rectangle, Shape, Triangle } from './schema'

/** What a shape holds: at every step of its box [T, B, F], and at the last one, or only [B, F] outside. */
interface Activations {
  readonly all: Variable
  readonly last: Variable
}

interface Held {
  /** Before what changes them on leaving: what states are made of. */
  readonly own: Activations
  /** An LSTM's memory after the last step [B, H]. */
  readonly memory: Variable | null
  /** With the normalization after the circle and its output's dropout. */
  readonly leaving: Activations
}

/** Describes what the shapes of a diagram compute in one pass. */
export class Forward {
  readonly #held = new Map<string, Held>()
  readonly #logits = new Map<string, Variable>()
  readonly #characters: Characters
  readonly #carried: CarriedStates
  /** Who brings a carried state, and the circle whose state after the batch it becomes. */
  readonly #carriers: (readonly [keeper: string, circle: string])[] = []
  /** Circles whose normalization waits for their pool. */
  readonly #pools: ReadonlyMap<string, readonly Shape[]>

  /** @param order what is to be computed, each after what it needs. */
  constructor(
    private readonly pass: Pass,
    order: readonly Computation[],
  ) {
    this.#characters = new Characters(pass)
    this.#carried = new CarriedStates(pass)
    this.#pools = circlesByPool(pass.options.diagram)
    for (const node of order) {
      if (typeof node === 'string') this.#normalizePool(node)
      else if (node.kind === 'rectangle') this.#rectangle(node)
      else if (node.kind === 'circle') this.#circle(node)
      else this.#logits.set(node.id, this.#triangle(node))
    }
    this.#carry()
  }

  /** [T, B, V] of a triangle in a box, else [B, V]. */
  logits(triangle: Triangle): Variable {
    return present(this.#logits.get(triangle.id), triangle.id)
  }

  /** What a circle holds, [B, H], or where it has steps [T, B, H]: of a state its own, before what changes it on leaving. */
  activations(circle: Circle): Variable {
    return this.#of(circle.id).own.all
  }

  #rectangle(shape: Rectangle): void {
    const { rows } = this.pass.options
    if (isCharacter(shape)) {
      const all = this.#characters.activations(shape)
      this.#hold(shape, this.#activations(shape, all), null)
    } else if (shape.source.kind === 'zeros') {
      const all = zeros([rows, shape.source.size])
      this.#hold(shape, { all, last: all }, null)
    } else if (shape.source.kind === 'carried') {
      const circle = this.pass.options.diagram.shapes.get(shape.source.from)
      if (circle?.kind !== 'circle') throw new Error(`${shape.id} carries the state of a circle`)
      const start = this.#startState(circle, shape.source.start ?? null)
      const { hidden, memory } = this.#carriedState(shape.id, circle, start)
      this.#hold(shape, { all: hidden, last: hidden }, memory)
    }
  }

  #circle(circle: Circle): void {
    const { diagram } = this.pass.options
    const arrows = diagram.into(circle)
    const box = circle.box === undefined ? undefined : diagram.boxes.get(circle.box)
    const recurrent = arrows.find(isRecurrent)
    const before = recurrent ? this.#stateBefore(circle, box, recurrent) : null
    if (box && !this.pass.options.stepping && this.#needsLoop(circle, arrows)) {
      this.#loop(circle, arrows, box, before)
      return
    }
    const { hidden, memory, moments } = circleStep(
      this.pass,
      circle,
      arrows,
      (arrow) => this.#brought(arrow, circle),
      before,
    )
    if (moments && circle.normalization) this.pass.record(circle.normalization.color, moments)
    this.#hold(circle, this.#activations(circle, this.#atEveryStep(circle, hidden)), memory)
  }

  /** Statistics of a normalization before the activation are those of each step, as if it were in a column. */
  #needsLoop(circle: Circle, arrows: readonly Arrow[]): boolean {
    const { normalization } = circle
    const byStep =
      this.pass.options.training && normalization?.kind === 'batch' && normalization.place === 'before'
    return arrows.some(isRecurrent) || (byStep && arrows.some((arrow) => this.#inSameBox(arrow, circle)))
  }

  #loop(circle: Circle, arrows: readonly Arrow[], box: Box, before: State | null): void {
    const inside = arrows.filter((arrow) => !isRecurrent(arrow) && this.#inSameBox(arrow, circle))
    const sequences = [...new Set(inside.map((arrow) => this.#brought(arrow, circle)))]
    const initial = before ? [before.hidden, ...(before.memory ? [before.memory] : [])] : []
    const { final, collected } = scan(
      (elements, states) => {
        const [hidden, memory] = states
        const sourceOf = (arrow: Arrow) => {
          const source = this.#brought(arrow, circle)
          const place = sequences.indexOf(source)
          return place < 0 ? source : elements[place]
        }
        const step = circleStep(
          this.pass,
          circle,
          arrows,
          sourceOf,
          hidden ? { hidden, memory: memory ?? null } : null,
        )
        const statistics =
          step.moments && this.pass.options.training ? [step.moments.mean, step.moments.variance] : []
        return {
          next: before ? [step.hidden, ...(step.memory ? [step.memory] : [])] : [],
          collect: [step.hidden, ...statistics],
        }
      },
      { length: stepsOf(box), sequences, initial },
    )
    const [all, means, variances] = collected
    if (means && circle.normalization) {
      const found = { mean: mean(means, [0]), variance: mean(variances, [0]) }
      this.pass.record(circle.normalization.color, found, stepsOf(box))
    }
    const last = final[0] ?? select(all, 0, stepsOf(box) - 1)
    this.#hold(circle, { all, last }, final[1] ?? null)
  }

  /** The state before the first step, or before this one where a program steps. */
  #stateBefore(circle: Circle, box: Box | undefined, recurrent: Arrow): State {
    if (!box) {
      const { own, memory } = this.#of(recurrent.from)
      return { hidden: own.last, memory: circle.cell === 'lstm' ? (memory ?? zeros(own.last.shape)) : null }
    }
    const start = this.#startState(circle, startOf(box, circle.id))
    return this.pass.options.stepping || box.stateful ? this.#carriedState(circle.id, circle, start) : start
  }

  #startState(circle: Circle, start: string | null): State {
    const none = zeros([this.pass.options.rows, circle.size])
    const from = start === null ? null : this.#of(start)
    return {
      hidden: from ? from.own.last : none,
      memory: circle.cell === 'lstm' ? (from?.memory ?? none) : null,
    }
  }

  /** @param keeper the circle itself, or the rectangle that brings its state. */
  #carriedState(keeper: string, circle: Circle, start: State): State {
    this.#carriers.push([keeper, circle.id])
    return this.#carried.before(keeper, start)
  }

  #carry(): void {
    for (const [keeper, circle] of this.#carriers) {
      const { own, memory } = this.#of(circle)
      this.#carried.after(keeper, { hidden: own.last, memory })
    }
  }

  #triangle(triangle: Triangle): Variable {
    const { diagram } = this.pass.options
    const brought = diagram
      .into(triangle)
      .map((arrow) => bring(this.pass, null, arrow, this.#brought(arrow, triangle)))
    return this.#atEveryStep(triangle, brought.reduce(add))
  }

  /** What an arrow finds at its beginning: every step's within a box, the last one's from elsewhere. */
  #brought(arrow: Arrow, to: Shape): Variable {
    const { leaving } = this.#of(arrow.from)
    return this.#inSameBox(arrow, to) ? leaving.all : leaving.last
  }

  #inSameBox(arrow: Arrow, to: Shape): boolean {
    return to.box !== undefined && this.pass.options.diagram.shapes.get(arrow.from)?.box === to.box
  }

  /** The steps that the shape's activations have an axis for; null where they have none. */
  #stepsOf(shape: Shape): number | null {
    const { diagram, stepping } = this.pass.options
    const box = shape.box === undefined || stepping ? undefined : diagram.boxes.get(shape.box)
    return box ? stepsOf(box) : null
  }

  /** Repeats in a box what is the same at every step. */
  #atEveryStep(shape: Shape, values: Variable): Variable {
    const steps = this.#stepsOf(shape)
    return steps === null ? values : broadcastTo(values, [steps, ...values.shape.slice(-2)])
  }

  #activations(shape: Shape, all: Variable): Activations {
    const steps = this.#stepsOf(shape)
    return { all, last: steps === null ? all : select(all, 0, steps - 1) }
  }

  #hold(shape: Shape, own: Activations, memory: Variable | null): void {
    const normalization = shape.kind === 'circle' ? shape.normalization : undefined
    this.#held.set(shape.id, { own, memory, leaving: own })
    if (normalization?.place === 'after') {
      if (normalization.kind === 'layer')
        this.#leave(shape, this.pass.normalize(normalization.color, own.all, null))
    } else this.#leave(shape, own.all)
  }

  #normalizePool(color: string): void {
    const members = (this.#pools.get(color) ?? []).filter(({ id }) => this.#held.has(id))
    if (members.length === 0) return
    const values = members.map(({ id }) => this.#of(id).own.all)
    const rows = values.map((value) =>
      reshape(value, [sizeOf(value.shape.slice(0, -1)), value.shape[value.shape.length - 1]]),
    )
    const moments = this.pass.moments(color, concat(rows, 0))
    this.pass.record(color, moments)
    members.forEach((shape, place) => this.#leave(shape, this.pass.normalize(color, values[place], moments)))
  }

  /** Sets what leaves a shape, with what its output's dropout leaves of it. */
  #leave(shape: Shape, values: Variable): void {
    const held = this.#of(shape.id)
    const rate = shape.kind === 'circle' ? shape.dropout.output : 0
    const mask = this.pass.mask(`${shape.id}/output`, rate, values.shape)
    const all = mask ? multiply(values, mask) : values
    const leaving = all === held.own.all ? held.own : this.#activations(shape, all)
    this.#held.set(shape.id, { ...held, leaving })
  }

  #of(id: string): Held {
    return present(this.#held.get(id), id)
  }
}

function present<Value>(value: Value | undefined, id: string): Value {
  if (value === undefined) throw new Error(`${id} is needed before it is computed`)
  return value
}
