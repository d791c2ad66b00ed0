import { reshape, where } from '../graph/ops'
import type { Variable } from '../graph/variable'
import type { State } from './circle'
import type { Pass } from './pass'

/** States that go on from batch to batch, as states of the program, by the id of the shape that brings them. */
export class CarriedStates {
  constructor(private readonly pass: Pass) {}

  /** What the batch before has left, but the start in rows that are fresh. */
  before(name: string, start: State): State {
    const { fresh, rows } = this.pass.options
    if (!fresh) return start
    const isFresh = reshape(fresh, [rows, 1])
    const goOn = (from: Variable, what: string) =>
      where(isFresh, from, this.pass.program.state(this.#named(name, what), from.shape, 'carried'))
    return {
      hidden: goOn(start.hidden, 'carried'),
      memory: start.memory && goOn(start.memory, 'carried-memory'),
    }
  }

  /** Leaves the state after this batch to the next. */
  after(name: string, { hidden, memory }: State): void {
    if (!this.pass.options.fresh) return
    this.pass.program.update(this.#named(name, 'carried'), hidden)
    if (memory) this.pass.program.update(this.#named(name, 'carried-memory'), memory)
  }

  #named(name: string, what: string): string {
    return `${this.pass.options.carriedAs}${name}/${what}`
  }
}
