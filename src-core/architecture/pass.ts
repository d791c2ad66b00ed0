import { add, scale } from '../graph/ops'
import type { Variable } from '../graph/variable'
import { batchNormalize, layerNormalize, type Moments, moments, movingAverage } from '../nn/normalization'
import type { ColorParameters } from './colors'
import type { Diagram } from './diagram'
import type { ProgramBuilder } from './program-builder'

/** One pass of a network over a batch, as a program describes it. */
export interface PassOptions {
  readonly diagram: Diagram
  /** By the colour's id. */
  readonly parameters: ReadonlyMap<string, ColorParameters>
  readonly vocabulary: number
  readonly rows: number
  /** With dropout, and with the batch's own statistics. */
  readonly training: boolean
  /** One step of a box instead of all its steps. */
  readonly stepping: boolean
  /** int32 [L, B]; when stepping [1, B]. */
  readonly tokens: Variable
  /** bool [B], rows whose carried state starts anew; null where nothing is carried, and all do. */
  readonly fresh: Variable | null
  /** Stands before the names of carried states, so that no two programs carry the same by chance. */
  readonly carriedAs: string
}

export class Pass {
  readonly #moments = new Map<string, (Moments & { readonly count: number })[]>()

  constructor(
    readonly options: PassOptions,
    readonly program: ProgramBuilder,
  ) {}

  /** The weight matrix of an arrow's colour [in, gates · H]. */
  weights(color: string): Variable {
    return this.program.state(`${color}/weights`, this.#of(color).matrix ?? [], 'parameter')
  }

  /** [gates · H], or null for a colour without bias. */
  bias(color: string): Variable | null {
    const { bias } = this.#of(color)
    return bias > 0 ? this.program.state(`${color}/bias`, [bias], 'parameter') : null
  }

  /** [V, E] */
  embedding(color: string): Variable {
    return this.program.state(`${color}/embedding`, this.#of(color).matrix ?? [], 'parameter')
  }

  /** The moments that a batch normalization uses: those of the values [..., F] while training, else the moving ones. */
  moments(color: string, values: Variable): Moments {
    return this.options.training ? moments(values) : this.#moving(color)
  }

  /** Takes moments of training into the moving ones; they count as so many of the kind. */
  record(color: string, found: Moments, count = 1): void {
    if (!this.options.training) return
    const known = this.#moments.get(color) ?? []
    this.#moments.set(color, [...known, { ...found, count }])
  }

  /** @param by needed for a batch normalization. */
  normalize(color: string, values: Variable, by: Moments | null): Variable {
    const { normalized } = this.#of(color)
    const gamma = this.program.state(`${color}/gamma`, [normalized], 'parameter')
    const beta = this.program.state(`${color}/beta`, [normalized], 'parameter')
    return by ? batchNormalize(values, { gamma, beta }, by) : layerNormalize(values, { gamma, beta })
  }

  /** Moves the statistics of all batch normalizations on. */
  updateStatistics(): void {
    for (const [color, all] of this.#moments) {
      const total = all.reduce((sum, { count }) => sum + count, 0)
      const average = (what: keyof Moments) =>
        all.map((found) => scale(found[what], found.count / total)).reduce((a, b) => add(a, b))
      const old = this.#moving(color)
      this.program.update(`${color}/mean`, movingAverage(old.mean, average('mean')))
      this.program.update(`${color}/variance`, movingAverage(old.variance, average('variance')))
    }
  }

  #moving(color: string): Moments {
    const { normalized } = this.#of(color)
    return {
      mean: this.program.state(`${color}/mean`, [normalized], 'statistic'),
      variance: this.program.state(`${color}/variance`, [normalized], 'statistic'),
    }
  }

  /** A mask that drops at a rate; null where nothing is dropped. */
  mask(name: string, rate: number, shape: readonly number[]): Variable | null {
    if (!this.options.training || rate === 0) return null
    return this.program.input(`${name}-dropout-${rate}`, 'float32', shape, { kind: 'mask', keep: 1 - rate })
  }

  #of(color: string): ColorParameters {
    const found = this.options.parameters.get(color)
    if (!found) throw new Error(`a sound document has the colour ${color}`)
    return found
  }
}
