import { z } from 'zod'
import { baselinesSchema } from './baselines'
import { encodings } from './file-decoder'
import { fallbackEncodings } from './single-byte-decoder'
import { tokenKinds } from './token-array'
import { vocabularySchema } from './vocabulary-document'

const wholeNumber = z.int().nonnegative()
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/)

/** One file of a corpus. */
const corpusFileSchema = z.object({
  path: z.string(),
  /** Bytes. */
  size: wholeNumber,
  sha256: sha256Schema,
  /** How the bytes were read as text; null where tokens are bytes. */
  encoding: z.enum(encodings).nullable(),
  /** What became U+FFFD: how often, and the byte offsets of the first few. */
  undecodable: z.object({ count: wholeNumber, firstOffsets: z.array(wholeNumber) }),
  /** Tokens. The files follow one another in the index in the order of this list. */
  length: wholeNumber,
})

/** What is known of an encoded corpus (corpus.json); its tokens lie beside it. */
export const corpusSchema = z
  .object({
    format: z.literal('unroll/corpus'),
    version: z.literal(1),
    tokens: z.enum(tokenKinds),
    /** How files are read that are neither UTF-8 nor marked; null: as UTF-8 with what is wrong replaced. */
    fallback: z.enum(fallbackEncodings).nullable(),
    files: z.array(corpusFileSchema).min(1),
    /** Tokens of all files. */
    length: z.int().positive(),
    vocabulary: vocabularySchema,
    baselines: baselinesSchema,
    /** The file of indices: little-endian, `width` bytes each. */
    index: z.object({ width: z.literal([1, 2, 4]), sha256: sha256Schema }),
  })
  .refine(({ tokens, vocabulary }) => vocabulary.kind === tokens, {
    message: 'must have a vocabulary of its own kind of tokens',
  })
  .refine(({ length, files }) => files.reduce((sum, file) => sum + file.length, 0) === length, {
    message: 'must be as long as its files together',
  })

export type CorpusDocument = z.infer<typeof corpusSchema>
export type CorpusFile = CorpusDocument['files'][number]
