import type { Vocabulary } from '../../src-core/corpus/vocabulary'
import type { GeneratedToken } from '../../src-core/sampling/generate'
import { formatCount, note, noteMissing, print } from './output'
import type { SampleBeginning, SampleWriter } from './sample-writer'

/** Of the longest runs, how many are shown. */
const SHOWN = 3

/** The text as it is written, and below it what of it stands in the corpus. */
export class TextSample implements SampleWriter {
  readonly #decoder: ReturnType<Vocabulary['decoder']>
  readonly #tokens: number[] = []
  readonly #copied: (number | null)[] = []
  readonly #positions: (number | null)[] = []
  #primeLength = 0
  #seed = 0

  constructor(private readonly vocabulary: Vocabulary) {
    this.#decoder = vocabulary.decoder()
  }

  begin({ prime, missing, seed }: SampleBeginning): void {
    noteMissing(missing)
    this.#seed = seed
    this.#primeLength = prime.length
    for (const token of prime) this.#write(token)
  }

  token({ token, copied, padding }: GeneratedToken, position: number | null): void {
    if (this.#copied.length === 0 && padding > 0) {
      note(
        `The network reads ${padding} tokens more than the text begins with; padding stands in their place.`,
      )
    }
    this.#write(token)
    this.#copied.push(copied)
    this.#positions.push(position)
  }

  end(): void {
    print(this.#decoder.end())
    if (this.#copied.some((copied) => copied !== null)) this.#describeCopies()
    note(`Seed ${this.#seed}.`)
  }

  #write(token: number): void {
    this.#tokens.push(token)
    process.stdout.write(this.#decoder.write(token))
  }

  /** The longest runs, each at the token where it is longest. */
  #describeCopies(): void {
    const lengths = this.#copied.map((copied) => copied ?? 0)
    const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length
    print(`\nRuns that also stand in the corpus: ${mean.toFixed(1)} tokens on average. The longest:`)
    const ends = lengths.flatMap((length, at) => (length > 0 && !(lengths[at + 1] > length) ? [at] : []))
    ends.sort((a, b) => lengths[b] - lengths[a])
    for (const at of ends.slice(0, SHOWN)) {
      const end = this.#primeLength + at + 1
      const run = this.vocabulary.decode(this.#tokens.slice(end - lengths[at], end))
      print(
        `${lengths[at]}, from token ${formatCount((this.#positions[at] ?? 0) + 1)}: ${JSON.stringify(run)}`,
      )
    }
  }
}
