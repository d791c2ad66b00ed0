/**
 * How a text is cut into words. Every code point belongs to exactly one token, so that the tokens joined give
 * the text back:
 * - a word is a run of letters, marks and digits (Unicode L, M, N), with an apostrophe (' or ’) where one
 *   stands between two of these: `don't` is one token, `'tis` is two;
 * - white space is one token a run: `"\r\n\r\n"` is one;
 * - anything else (punctuation, symbols, controls) is a token of its own, one code point each.
 * A run longer than 64 code points is cut there. A file's end ends its last token.
 */
const LONGEST_WORD = 64

const WORD = 1
const SPACE = 2
const OTHER = 3
const APOSTROPHE = 4

/** The class of each code point, found when it is first met. */
const classes = new Uint8Array(0x110000)

function classify(codePoint: number): number {
  const character = String.fromCodePoint(codePoint)
  if (codePoint === 0x27 || codePoint === 0x2019) return APOSTROPHE
  if (/[\p{L}\p{M}\p{N}]/u.test(character)) return WORD
  return /\s/u.test(character) ? SPACE : OTHER
}

/** Receives one token: the first `length` code points of `codePoints`, which is used again afterwards. */
export type WordReceiver = (codePoints: Int32Array, length: number) => void

/** Cuts a stream of code points into words; how the stream is cut into chunks makes no difference. */
export class WordSplitter {
  // One more than a run may have, for an apostrophe that turns out to be inside a word.
  private readonly run = new Int32Array(LONGEST_WORD + 1)
  private length = 0
  private runClass = 0
  /** An apostrophe after a word, until the next code point says whether it is inside; else 0. */
  private apostrophe = 0

  constructor(private readonly receive: WordReceiver) {}

  write(codePoints: Int32Array, count: number): void {
    for (let at = 0; at < count; at++) {
      const codePoint = codePoints[at]
      const kind = (classes[codePoint] ||= classify(codePoint))
      if (kind === WORD && this.apostrophe > 0) {
        this.run[this.length++] = this.apostrophe
        this.apostrophe = 0
      } else if (kind === APOSTROPHE && this.runClass === WORD && this.apostrophe === 0) {
        this.apostrophe = codePoint
        continue
      } else if (kind !== this.runClass || this.apostrophe > 0) {
        this.end()
      }
      this.run[this.length++] = codePoint
      this.runClass = kind
      if (kind > SPACE || this.length >= LONGEST_WORD) this.emit()
    }
  }

  /** The end of the file: gives out what is pending. */
  end(): void {
    if (this.length > 0) this.emit()
    if (this.apostrophe > 0) {
      this.run[this.length++] = this.apostrophe
      this.apostrophe = 0
      this.emit()
    }
  }

  private emit(): void {
    this.receive(this.run, this.length)
    this.length = 0
    this.runClass = 0
  }
}

/** The words of a text; joined they are the text. */
export function splitWords(text: string): string[] {
  const words: string[] = []
  const splitter = new WordSplitter((codePoints, length) => {
    words.push(String.fromCodePoint(...codePoints.subarray(0, length)))
  })
  const codePoints = Int32Array.from(text, (character) => character.codePointAt(0) ?? 0)
  splitter.write(codePoints, codePoints.length)
  splitter.end()
  return words
}
