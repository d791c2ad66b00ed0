import { z } from 'zod'
import { tokenKinds } from '../../../src-core/corpus/token-array'
import { fallbackEncodings } from '../../../src-core/corpus/single-byte-decoder'
import { Vocabulary } from '../../../src-core/corpus/vocabulary'
import type { CorpusDocument, CorpusFile } from '../../../src-core/corpus/corpus-document'
import { readCorpus } from '../read-corpus'
import { flag, readOptions } from '../options'
import { formatCount, formatLoss, formatTable, print, printJson } from '../output'

const optionsSchema = z.object({
  tokens: z.enum(tokenKinds),
  fallback: z.enum(fallbackEncodings).optional(),
  json: flag,
})

/** Tokens that the vocabulary's line shows. */
const SHOWN = 100

/** `unroll corpus` */
export async function describeCorpus(
  names: readonly string[],
  rawOptions: Record<string, unknown>,
): Promise<void> {
  const { json, tokens, fallback } = readOptions(optionsSchema, rawOptions)
  const { document } = await readCorpus(names, { tokens, fallback })
  if (json) {
    const { files, length, vocabulary, baselines } = document
    printJson({
      type: 'corpus',
      tokens,
      length,
      vocabularySize: vocabulary.tokens.length + 1,
      vocabulary: vocabulary.tokens,
      counts: vocabulary.counts,
      baselines,
      files,
    })
  } else {
    for (const file of document.files) print(describeFile(file))
    print(formatTable(rowsOf(document)))
  }
}

function describeFile({ path, size, encoding, undecodable, length }: CorpusFile): string {
  const read = encoding === null ? 'as bytes' : `as ${encoding}`
  const wrong =
    undecodable.count > 0
      ? `; ${formatCount(undecodable.count)} places could not be decoded, at bytes ${undecodable.firstOffsets.join(', ')}${undecodable.count > undecodable.firstOffsets.length ? ', …' : ''}`
      : ''
  return `${path}: ${formatCount(size)} bytes, read ${read}, ${formatCount(length)} tokens${wrong}`
}

function rowsOf({ tokens, length, vocabulary, baselines }: CorpusDocument): string[][] {
  const known = new Vocabulary(vocabulary)
  const indices = Array.from({ length: Math.min(SHOWN, known.size - 1) }, (_, at) => at + 1)
  const labels = indices.map((index) => JSON.stringify(known.label(index)).slice(1, -1))
  const more = known.size - 1 > SHOWN ? ` and ${formatCount(known.size - 1 - SHOWN)} more` : ''
  const nats = (value: number | null) =>
    value === null
      ? 'too many pairs to count'
      : `${formatLoss(value)} nats, ${(value / Math.LN2).toFixed(3)} bits`
  return [
    ['length', `${formatCount(length)} ${tokens}`],
    [
      'vocabulary',
      `${formatCount(known.size)} with padding: ${labels.join(tokens === 'chars' ? '' : ' ')}${more}`,
    ],
    ['uniform', nats(baselines.uniform)],
    ['unigram', nats(baselines.unigram)],
    ['bigram', nats(baselines.bigram)],
  ]
}
