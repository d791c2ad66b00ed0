import { grad } from '../graph/grad'
import { mean, multiply, reshape, scale, sum } from '../graph/ops'
import type { Program } from '../graph/program'
import { constant, type Variable } from '../graph/variable'
import { clip, type ClippingOptions, type OptimizerOptions, optimizerStep } from '../nn/optimizer'
import { carriesState } from './carries-state'
import { soundDiagram } from './check'
import { type ColorParameters, parametersByColor } from './colors'
import type { Diagram } from './diagram'
import { Forward } from './forward'
import { inspectedActivations, type InspectedCircle, inspectedCircles } from './inspection'
import { initializationProgram } from './initialization'
import { gatherOutputs, lossesOf, outputWeights } from './losses'
import { Pass, type PassOptions } from './pass'
import { type Computation, computationOrder } from './pools'
import { ProgramBuilder } from './program-builder'
import type { Architecture, Triangle } from './schema'
import { seenByShape, sourcesOf } from './seen'
import { type Window, windowOf } from './window'

export interface TrainingOptions {
  /** B */
  readonly rows: number
  readonly optimizer: OptimizerOptions
  readonly clipping: ClippingOptions
}

export interface SteppingOptions {
  /** Whether to give what the circles hold, too. */
  readonly inspect?: boolean
  /** Names the carried state: programs of one name on one engine go on from each other's. */
  readonly carriedAs?: string
}

/**
 * How text is continued: by one character after the other with a state that goes on, or by whole windows.
 * - carried: inputs `token` int32 [lanes] and `fresh` bool [lanes] (those that start anew); output `logits`
 *   [lanes, V]
 * - window: input `tokens` int32 [n, lanes]; output `logits` [K, lanes, V]
 */
export type SteppingKind = 'carried' | 'window'

/** An architecture over a vocabulary, as programs. All of one network run on one engine share its parameters. */
export class Network {
  readonly window: Window
  /** [K] what each output counts in the total loss. */
  readonly weights: readonly number[]
  /** Whether state is carried from batch to batch: then programs ask for `fresh`, bool [B]. */
  readonly stateful: boolean
  readonly stepping: SteppingKind
  /** By colour, in the document's order. */
  readonly parameters: readonly ColorParameters[]
  readonly #diagram: Diagram
  readonly #order: readonly Computation[]
  readonly #stepped: Triangle | null

  /**
   * @param vocabulary V, its size with the padding's index
   * @throws UnrollError `unsound-architecture`
   */
  constructor(
    document: Architecture,
    readonly vocabulary: number,
  ) {
    this.#diagram = soundDiagram(document, vocabulary)
    this.#order = computationOrder(this.#diagram).ordered
    this.window = windowOf(document)
    this.weights = outputWeights(this.#diagram, this.window)
    this.parameters = parametersByColor(this.#diagram, vocabulary)
    this.stateful = carriesState(document)
    this.#stepped = steppedTriangle(this.#diagram, this.#order)
    this.stepping = this.#stepped ? 'carried' : 'window'
  }

  /**
   * One step of training. Inputs: `tokens` int32 [L, B], `learningRate`, `fresh` where stateful, and masks of
   * dropout to be drawn. Outputs: `loss` [] (the total) and `outputs` [K] (mean losses), in nats.
   */
  training({ rows, optimizer, clipping }: TrainingOptions): Program {
    const program = new ProgramBuilder()
    const tokens = program.input('tokens', 'int32', [this.window.characters, rows])
    const learningRate = program.input('learningRate', 'float32', [])
    const pass = this.#pass(program, { rows, tokens, training: true, fresh: this.#fresh(program, rows) })
    const forward = new Forward(pass, this.#order)
    const losses = lossesOf(this.#diagram, this.window, (triangle) => forward.logits(triangle), tokens)
    const outputs = mean(losses, [1])
    const loss = this.#total(outputs)

    const parameters = program.states('parameter')
    const gradients = clip(
      grad(
        loss,
        parameters.map(({ variable }) => variable),
      ),
      clipping,
    )
    const trained = parameters.map(({ name, variable }, place) => ({
      name,
      parameter: variable,
      gradient: gradients[place],
    }))
    const { states, updates } = optimizerStep(optimizer, trained, learningRate)
    for (const [name, next] of Object.entries(updates)) program.update(name, next)
    pass.updateStatistics()
    return program.build('training', { loss, outputs }, states)
  }

  /** Losses without dropout, by the moving statistics: `losses` [K, B] in nats, from `tokens` and `fresh`. */
  evaluation(rows: number): Program {
    const program = new ProgramBuilder()
    const tokens = program.input('tokens', 'int32', [this.window.characters, rows])
    const fresh = this.#fresh(program, rows)
    const pass = this.#pass(program, { rows, tokens, fresh, carriedAs: `evaluation-${rows}/` })
    const forward = new Forward(pass, this.#order)
    const losses = lossesOf(this.#diagram, this.window, (triangle) => forward.logits(triangle), tokens)
    return program.build('evaluation', { losses })
  }

  /** Whose activations `step` gives where it is to inspect: all circles that what is predicted is computed from. */
  get inspected(): InspectedCircle[] {
    return inspectedCircles(this.#diagram, this.#steppedOrder(), this.#stepped !== null)
  }

  /**
   * The program by which text is continued; its form is that of `stepping`.
   * Outputs besides where it inspects: those of `inspected`, [lanes, H], or of a circle with steps [T, lanes, H].
   */
  step(lanes: number, { inspect = false, carriedAs = `step-${lanes}` }: SteppingOptions = {}): Program {
    const program = new ProgramBuilder()
    const order = this.#steppedOrder()
    const stepped = this.#stepped
    if (!stepped) {
      const tokens = program.input('tokens', 'int32', [this.window.length, lanes])
      const forward = new Forward(this.#pass(program, { rows: lanes, tokens }), order)
      const logits = gatherOutputs(this.window, (triangle) => forward.logits(triangle))
      return program.build('window', { logits, ...(inspect ? inspectedActivations(forward, order) : {}) })
    }
    const token = program.input('token', 'int32', [lanes])
    const pass = this.#pass(program, {
      rows: lanes,
      tokens: reshape(token, [1, lanes]),
      fresh: program.input('fresh', 'bool', [lanes]),
      carriedAs: `${carriedAs}/`,
      stepping: true,
    })
    const forward = new Forward(pass, order)
    const logits = forward.logits(stepped)
    return program.build('step', { logits, ...(inspect ? inspectedActivations(forward, order) : {}) })
  }

  /** What a program of stepping computes. */
  #steppedOrder(): readonly Computation[] {
    return this.#stepped ? behind(this.#diagram, this.#order, this.#stepped) : this.#order
  }

  /** Gives every parameter and statistic its first value, from numbers that are to be drawn. */
  initialization(): Program {
    return initializationProgram(this.parameters)
  }

  #fresh(program: ProgramBuilder, rows: number): Variable | null {
    return this.stateful ? program.input('fresh', 'bool', [rows]) : null
  }

  #pass(program: ProgramBuilder, options: Pick<PassOptions, 'rows' | 'tokens'> & Partial<PassOptions>): Pass {
    const parameters = new Map(this.parameters.map((each) => [each.color.id, each]))
    const { vocabulary } = this
    const common = { diagram: this.#diagram, parameters, vocabulary }
    return new Pass(
      { ...common, training: false, stepping: false, fresh: null, carriedAs: '', ...options },
      program,
    )
  }

  /** Σ weight · mean loss over the outputs [K]. */
  #total(outputs: Variable): Variable {
    const [first] = this.weights
    if (this.weights.every((weight) => weight === first)) return scale(sum(outputs), first)
    const data = Float64Array.from(this.weights)
    return sum(multiply(outputs, constant({ dtype: 'float32', shape: [data.length], data })))
  }
}

/**
 * The triangle that can be asked after every single character, or null where only whole windows can be: where it
 * needs what is outside its box to have read something.
 */
function steppedTriangle(diagram: Diagram, order: readonly Computation[]): Triangle | null {
  const seen = seenByShape(diagram)
  for (const shape of diagram.document.shapes) {
    const { step, fixed } = seen.get(shape.id) ?? { step: false, fixed: 0 }
    if (shape.kind !== 'triangle' || !step || fixed > 0) continue
    const elsewhere = behind(diagram, order, shape).some(
      (node) =>
        typeof node !== 'string' &&
        ((node.box !== undefined && node.box !== shape.box) ||
          (node.kind === 'rectangle' && node.source.kind === 'carried')),
    )
    if (!elsewhere) return shape
  }
  return null
}

/** What the triangle is computed from, and itself. */
function behind(diagram: Diagram, order: readonly Computation[], triangle: Triangle): Computation[] {
  const needed = new Set<Computation>([triangle])
  for (const node of [...order].reverse()) {
    if (typeof node !== 'string' && needed.has(node)) {
      sourcesOf(diagram, node).forEach((source) => needed.add(source))
    }
  }
  return order.filter((node) => typeof node === 'string' || needed.has(node))
}
