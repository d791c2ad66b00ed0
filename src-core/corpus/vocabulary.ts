import type { TokenKind } from './token-array'
import { Utf8Decoder } from './utf8-decoder'
import { utf8Bytes } from './utf8-encoder'
import type { VocabularyDocument } from './vocabulary-document'
import { splitWords } from './words'

/** A piece of text that a vocabulary has no token for. */
export interface MissingToken {
  /** The character or word; where tokens are bytes, the character whose bytes are not all there. */
  readonly text: string
  /** Where it begins in the text, in code units, as `String.prototype.slice` counts. */
  readonly position: number
}

export interface EncodedText {
  /** Of what the vocabulary has, in order. */
  readonly indices: number[]
  /** What was left out, in order; empty when nothing was. */
  readonly missing: MissingToken[]
}

/** The tokens of a corpus by index: 0 is padding, the others are in sorted order. */
export class Vocabulary {
  readonly kind: TokenKind
  /** V: the number of indices, padding included. */
  readonly size: number
  private readonly indices: ReadonlyMap<string | number, number>

  constructor(readonly document: VocabularyDocument) {
    const tokens: readonly (string | number)[] = document.tokens
    this.kind = document.kind
    this.size = tokens.length + 1
    this.indices = new Map(tokens.map((token, at) => [token, at + 1]))
  }

  /** The indices of a text. What the vocabulary lacks is left out and reported with its position. */
  encode(text: string): EncodedText {
    const indices: number[] = []
    const missing: MissingToken[] = []
    let position = 0
    for (const piece of this.kind === 'words' ? splitWords(text) : text) {
      const found = this.keysOf(piece).map((key) => this.indices.get(key))
      const known = found.filter((index) => index !== undefined)
      if (known.length === found.length) indices.push(...known)
      else missing.push({ text: piece, position })
      position += piece.length
    }
    return { indices, missing }
  }

  /** The text of indices; padding is no text. Bytes are read as UTF-8. */
  decode(indices: Iterable<number>): string {
    const decoder = this.decoder()
    let text = ''
    for (const index of indices) text += decoder.write(index)
    return text + decoder.end()
  }

  /** Decodes one index at a time; the text of a byte waits until its character is complete. */
  decoder(): { write(index: number): string; end(): string } {
    if (this.document.kind !== 'bytes') return { write: (index) => this.textAt(index), end: () => '' }
    const decoder = new Utf8Decoder()
    const units = new Int32Array(5)
    const { tokens } = this.document
    return {
      write: (index) => {
        this.checkIndex(index)
        if (index === 0) return ''
        return textOf(units.subarray(0, decoder.write(Uint8Array.of(tokens[index - 1]), units)))
      },
      end: () => textOf(units.subarray(0, decoder.end(units))),
    }
  }

  /** How a single token is shown in a list: its text, or `\xe9` for a byte that is no ASCII character. */
  label(index: number): string {
    if (index === 0) return '(padding)'
    if (this.document.kind !== 'bytes') return this.textAt(index)
    this.checkIndex(index)
    const byte = this.document.tokens[index - 1]
    return byte < 0x80 ? String.fromCharCode(byte) : `\\x${byte.toString(16)}`
  }

  private keysOf(piece: string): readonly (string | number)[] {
    return this.kind === 'bytes' ? utf8Bytes(piece.codePointAt(0) ?? 0) : [piece]
  }

  private textAt(index: number): string {
    this.checkIndex(index)
    return index === 0 ? '' : String(this.document.tokens[index - 1])
  }

  private checkIndex(index: number): void {
    if (!Number.isInteger(index) || index < 0 || index >= this.size) {
      throw new RangeError(`index ${index} is outside the vocabulary of ${this.size}`)
    }
  }
}

function textOf(codePoints: Int32Array): string {
  return String.fromCodePoint(...codePoints)
}
