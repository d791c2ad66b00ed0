import { checkRoom, type Numbered, type TokenNumbering } from './numbering'
import { WordSplitter } from './words'

/**
 * Words in a hash table of typed arrays: no string is made for a word that is already there. (A slice of the
 * text would also keep the whole text alive.)
 */
export class WordNumbering implements TokenNumbering {
  size = 0
  /** The code points of all words, one after the other; word n lies from `starts[n - 1]` to `starts[n]`. */
  private letters = new Int32Array(2 ** 12)
  private starts = new Uint32Array(2 ** 9)
  /** Open addressing: the number of the word, 0 where empty. */
  private slots = new Uint32Array(2 ** 10)
  private into: Uint32Array = new Uint32Array(0)
  private written = 0
  private readonly splitter = new WordSplitter((codePoints, length) => {
    this.into[this.written++] = this.numberOf(codePoints, length)
  })

  write(units: Int32Array, count: number, into: Uint32Array): number {
    this.into = into
    this.written = 0
    this.splitter.write(units, count)
    return this.written
  }

  endFile(into: Uint32Array): number {
    this.into = into
    this.written = 0
    this.splitter.end()
    return this.written
  }

  finish(): Numbered {
    const words = Array.from({ length: this.size }, (_, at) => this.wordAt(at + 1))
    const order = Uint32Array.from(words.keys()).sort((a, b) => (words[a] < words[b] ? -1 : 1))
    const finalIndex = new Uint32Array(this.size + 1)
    order.forEach((at, place) => {
      finalIndex[at + 1] = place + 1
    })
    return { sorted: { kind: 'words', tokens: Array.from(order, (at) => words[at]) }, finalIndex }
  }

  private wordAt(number: number): string {
    return String.fromCodePoint(...this.letters.subarray(this.starts[number - 1], this.starts[number]))
  }

  private numberOf(codePoints: Int32Array, length: number): number {
    const mask = this.slots.length - 1
    let slot = hash(codePoints, 0, length) & mask
    for (let number = this.slots[slot]; number > 0; number = this.slots[slot]) {
      if (this.isWord(number, codePoints, length)) return number
      slot = (slot + 1) & mask
    }
    this.slots[slot] = this.add(codePoints, length)
    if (this.size * 2 > this.slots.length) this.rehash()
    return this.size
  }

  private rehash(): void {
    this.slots = new Uint32Array(this.slots.length * 2)
    const mask = this.slots.length - 1
    for (let number = 1; number <= this.size; number++) {
      let slot = hash(this.letters, this.starts[number - 1], this.starts[number]) & mask
      while (this.slots[slot] > 0) slot = (slot + 1) & mask
      this.slots[slot] = number
    }
  }

  private isWord(number: number, codePoints: Int32Array, length: number): boolean {
    const start = this.starts[number - 1]
    if (this.starts[number] - start !== length) return false
    for (let at = 0; at < length; at++) if (this.letters[start + at] !== codePoints[at]) return false
    return true
  }

  private add(codePoints: Int32Array, length: number): number {
    checkRoom(this.size)
    const start = this.starts[this.size]
    if (start + length > this.letters.length)
      this.letters = grown(this.letters, new Int32Array(this.letters.length * 2))
    this.letters.set(codePoints.subarray(0, length), start)
    this.size++
    if (this.size >= this.starts.length)
      this.starts = grown(this.starts, new Uint32Array(this.starts.length * 2))
    this.starts[this.size] = start + length
    return this.size
  }
}

function grown<T extends Int32Array | Uint32Array>(from: T, to: T): T {
  to.set(from)
  return to
}

/** FNV-1a over code points. */
function hash(codePoints: Int32Array, start: number, end: number): number {
  let value = 0x811c9dc5
  for (let at = start; at < end; at++) value = Math.imul(value ^ codePoints[at], 0x01000193)
  return value ^ (value >>> 15)
}
