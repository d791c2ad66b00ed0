import { z } from 'zod'
import { baselinesSchema } from '../corpus/baselines'
import { corpusSchema } from '../corpus/corpus-document'
import { fallbackEncodings } from '../corpus/single-byte-decoder'
import { tokenKinds } from '../corpus/token-array'
import { errorDataSchema } from './error-data'
import { taskIdSchema } from './tasks'

export const corpusIdSchema = z.string().min(1).max(100)

/** Where a corpus comes from. */
const corpusSourceSchema = z.discriminatedUnion('kind', [
  /** Files that the person named to the host's own side: a dialog, a drop on the window, the command line. */
  z.strictObject({ kind: z.literal('paths'), paths: z.array(z.string().min(1)).min(1).max(10_000) }),
  /** Files that the page sent before (`corpora.upload`), by their ids. */
  z.strictObject({ kind: z.literal('uploads'), uploads: z.array(z.string().min(1)).min(1).max(10_000) }),
  z.strictObject({ kind: z.literal('catalogue'), name: z.string().min(1) }),
])
export type CorpusSource = z.output<typeof corpusSourceSchema>

const readingSchema = z.strictObject({
  tokens: z.enum(tokenKinds),
  /** How files are read that are neither UTF-8 nor marked; null: as UTF-8 with what is wrong replaced. */
  fallback: z.enum(fallbackEncodings).nullable(),
})
export type Reading = z.output<typeof readingSchema>

/** A corpus of the project. */
const corpusEntrySchema = z.strictObject({
  id: corpusIdSchema,
  name: z.string(),
  reading: readingSchema,
  /** What was found when it was read; null where it could not be. */
  found: z
    .strictObject({
      files: corpusSchema.shape.files,
      /** Tokens. */
      length: z.int().positive(),
      /** V, padding included. */
      vocabularySize: z.int().positive(),
      baselines: baselinesSchema,
    })
    .nullable(),
  /** Why it cannot be read now, such as a file that is gone. */
  error: errorDataSchema.nullable(),
})
export type CorpusEntry = z.output<typeof corpusEntrySchema>

const catalogueEntrySchema = z.strictObject({
  name: z.string(),
  title: z.string(),
  author: z.string().nullable(),
  year: z.int().nullable(),
  /** Whether it has to be fetched from the network first, and how many bytes that are. */
  download: z.int().nullable(),
})
export type CatalogueBook = z.output<typeof catalogueEntrySchema>

/** The most tokens that are asked for at once. */
const MOST_TOKENS = 20_000

export const corporaCalls = {
  list: { args: z.tuple([]), result: z.array(corpusEntrySchema) },
  catalogue: { args: z.tuple([]), result: z.array(catalogueEntrySchema) },
  /** Reads the files and keeps them as a corpus of the project. Reports as the task; throws `cancelled`. */
  add: {
    args: z.tuple([
      z.strictObject({
        task: taskIdSchema,
        source: corpusSourceSchema,
        /** Of the files where left out. */
        name: z.string().min(1).max(200).optional(),
        reading: readingSchema.optional(),
      }),
    ]),
    result: corpusEntrySchema,
  },
  /** Reads it in another way: other tokens, another encoding. Reports as the task. */
  reread: { args: z.tuple([taskIdSchema, corpusIdSchema, readingSchema]), result: corpusEntrySchema },
  rename: { args: z.tuple([corpusIdSchema, z.string().min(1).max(200)]), result: corpusEntrySchema },
  /** From the project; its files stay where they are, and runs keep what they know of it. */
  remove: { args: z.tuple([corpusIdSchema]), result: z.void() },
  /** What was removed last comes back under its id. */
  restore: { args: z.tuple([corpusIdSchema]), result: corpusEntrySchema },
  /** The texts of tokens from one place on, counted from 0. */
  slice: {
    args: z.tuple([corpusIdSchema, z.int().nonnegative(), z.int().min(1).max(MOST_TOKENS)]),
    result: z.array(z.string()),
  },
  /** The vocabulary by index: `tokens[i - 1]` is the text of index i, which stands `counts[i - 1]` times. */
  vocabulary: {
    args: z.tuple([corpusIdSchema]),
    result: z.strictObject({ tokens: z.array(z.string()), counts: z.array(z.int()) }),
  },
  /**
   * A part of a file that the page sends; parts of one upload come in order. The id is the page's own choice.
   * For shells without paths, and for texts that have none. Uploads that are never added are removed.
   */
  upload: {
    args: z.tuple([
      z.strictObject({
        upload: z.string().regex(/^[\w-]{1,64}$/),
        name: z.string().min(1).max(255),
        /** Bytes of the file that came before. */
        offset: z.int().nonnegative(),
        bytes: z.instanceof(Uint8Array),
      }),
    ]),
    result: z.void(),
  },
}

/** The whole list whenever something in it changes. */
export const corporaEvents = { changed: z.tuple([z.array(corpusEntrySchema)]) }
