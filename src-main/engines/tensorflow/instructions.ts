import type { Holder } from './holder'

/** One thing to do in a run, with what it takes and what it makes. */
export interface Instruction {
  readonly reads: readonly Holder[]
  readonly writes: readonly Holder[]
  readonly run: () => void
}

interface Step {
  readonly run: () => void
  /** What nothing after this step reads. */
  readonly last: readonly Holder[]
}

/** Instructions in order, each value disposed of after what reads it last: memory is what is alive at one moment. */
export class Instructions {
  private readonly steps: readonly Step[]
  /** What is read and comes from outside. */
  readonly foreign: readonly Holder[]

  /**
   * @param given holders filled before these run, and theirs to empty.
   * @param kept holders that whoever runs these empties.
   */
  constructor(instructions: readonly Instruction[], given: readonly Holder[], kept: readonly Holder[]) {
    const own = new Set([...given, ...instructions.flatMap(({ writes }) => writes)])
    this.foreign = [...new Set(instructions.flatMap(({ reads }) => reads))].filter((each) => !own.has(each))
    const lastUse = new Map<Holder, number>()
    instructions.forEach(({ reads, writes }, at) => {
      for (const holder of [...reads, ...writes]) if (own.has(holder)) lastUse.set(holder, at)
    })
    for (const holder of kept) lastUse.delete(holder)
    const last = instructions.map((): Holder[] => [])
    lastUse.forEach((at, holder) => last[at].push(holder))
    this.steps = instructions.map(({ run }, at) => ({ run, last: last[at] }))
  }

  run(): void {
    for (const { run, last } of this.steps) {
      run()
      for (const holder of last) holder.release()
    }
  }
}
