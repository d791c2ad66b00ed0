import { z } from 'zod'
import { documentSchema } from '../training/checkpoint'

const architectureIdSchema = z.string().regex(/^(lesson|project)\/[\w. -]{1,100}$/)

const architectureEntrySchema = z.strictObject({
  /** `lesson/simple-rnn` for those that come with the program, `project/NAME` for the person's own. */
  id: architectureIdSchema,
  name: z.string(),
  description: z.string(),
  /** Parameters with the vocabulary of 86 of the lesson where the size depends on it; null where the document is no network yet. */
  parameters: z.int().nullable(),
  /** Milliseconds since 1970; null for the lesson's. */
  modified: z.number().nullable(),
})
export type ArchitectureEntry = z.output<typeof architectureEntrySchema>

export const architecturesCalls = {
  list: { args: z.tuple([]), result: z.array(architectureEntrySchema) },
  /** The document as JSON, for `parseArchitecture`. */
  read: { args: z.tuple([architectureIdSchema]), result: documentSchema },
  /**
   * Writes a document that parses; resolves once it is on the disk.
   * @param id null, or one of the lesson's: a new one is made, named after the document.
   */
  save: {
    args: z.tuple([architectureIdSchema.nullable(), documentSchema]),
    result: architectureEntrySchema,
  },
  /** Of the project; `restore` brings it back. */
  remove: { args: z.tuple([architectureIdSchema]), result: z.void() },
  restore: { args: z.tuple([architectureIdSchema]), result: architectureEntrySchema },
}

export const architecturesEvents = { changed: z.tuple([z.array(architectureEntrySchema)]) }
