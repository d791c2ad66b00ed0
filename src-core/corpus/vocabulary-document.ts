import { z } from 'zod'

const counts = z.array(z.int().positive())

/** What two tokens are compared by: bytes by value, characters by code point, words by code unit. */
function sortKey(kind: 'bytes' | 'chars' | 'words', token: number | string): number | string {
  return kind === 'chars' && typeof token === 'string' ? (token.codePointAt(0) ?? -1) : token
}

/**
 * A vocabulary as JSON: the token with index i is `tokens[i - 1]` and stands `counts[i - 1]` times in the
 * corpus; index 0 is padding. It is part of corpus.json and of every checkpoint.
 */
export const vocabularySchema = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('bytes'), tokens: z.array(z.int().min(0).max(255)), counts }),
    z.object({
      kind: z.literal('chars'),
      tokens: z.array(z.string().regex(/^.$/su, 'must be one character')),
      counts,
    }),
    z.object({ kind: z.literal('words'), tokens: z.array(z.string().min(1)), counts }),
  ])
  .refine(({ tokens, counts }) => tokens.length > 0 && tokens.length === counts.length, {
    message: 'must have a count for each of at least one token',
  })
  .refine(
    ({ kind, tokens }) =>
      tokens.every((token, at) => at === 0 || sortKey(kind, tokens[at - 1]) < sortKey(kind, token)),
    { message: 'must have its tokens in sorted order, each once' },
  )

export type VocabularyDocument = z.infer<typeof vocabularySchema>
