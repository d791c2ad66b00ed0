import type { Vocabulary } from '../../src-core/corpus/vocabulary'
import type { Likely } from '../../src-core/sampling/distribution'
import type { GeneratedToken } from '../../src-core/sampling/generate'
import { printJson } from './output'
import type { SampleBeginning, SampleWriter } from './sample-writer'

/**
 * A sample as lines of JSON: `prime`, a `token` for each, and `done` with the whole text. `novelty` is the length of
 * the longest run that ends at the token and also stands in the corpus, at the token `position` of it.
 */
export class JsonSample implements SampleWriter {
  readonly #decoder: ReturnType<Vocabulary['decoder']>
  #text = ''

  constructor(private readonly vocabulary: Vocabulary) {
    this.#decoder = vocabulary.decoder()
  }

  begin({ prime, missing, seed }: SampleBeginning): void {
    printJson({ type: 'prime', text: this.vocabulary.decode(prime), missing, seed })
  }

  token({ token, beforeCuts, afterCuts, padding, copied }: GeneratedToken, position: number | null): void {
    const text = this.#decoder.write(token)
    this.#text += text
    printJson({
      type: 'token',
      token: this.vocabulary.label(token),
      text,
      beforeCuts: beforeCuts.map((each) => this.#named(each)),
      afterCuts: afterCuts.map((each) => this.#named(each)),
      padding,
      ...(copied === null ? {} : { novelty: copied, position }),
    })
  }

  end(): void {
    printJson({ type: 'done', text: this.#text + this.#decoder.end() })
  }

  #named({ token, probability }: Likely): { token: string; probability: number } {
    return { token: this.vocabulary.label(token), probability }
  }
}
