import { checkRoom, type Numbered, type SortedTokens, type TokenNumbering } from './numbering'

/** A token a unit: characters and bytes. */
export class UnitNumbering implements TokenNumbering {
  size = 0
  private readonly numbers: Int32Array

  constructor(private readonly kind: 'bytes' | 'chars') {
    this.numbers = new Int32Array(kind === 'bytes' ? 0x100 : 0x110000)
  }

  write(units: Int32Array, count: number, into: Uint32Array): number {
    const { numbers } = this
    for (let at = 0; at < count; at++) {
      const unit = units[at]
      const number = numbers[unit]
      into[at] = number === 0 ? this.add(unit) : number
    }
    return count
  }

  endFile(): number {
    return 0
  }

  finish(): Numbered {
    const units: number[] = []
    const finalIndex = new Uint32Array(this.size + 1)
    for (let unit = 0; unit < this.numbers.length; unit++) {
      const number = this.numbers[unit]
      if (number > 0) finalIndex[number] = units.push(unit)
    }
    const sorted: SortedTokens =
      this.kind === 'bytes'
        ? { kind: 'bytes', tokens: units }
        : { kind: 'chars', tokens: units.map((unit) => String.fromCodePoint(unit)) }
    return { sorted, finalIndex }
  }

  private add(unit: number): number {
    checkRoom(this.size)
    return (this.numbers[unit] = ++this.size)
  }
}
