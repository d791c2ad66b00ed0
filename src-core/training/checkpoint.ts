import { z } from 'zod'
import { corpusSchema, type CorpusDocument } from '../corpus/corpus-document'
import { vocabularySchema } from '../corpus/vocabulary-document'
import { UnrollError } from '../errors'
import { decodeSafetensors, decodeSafetensorsMetadata, encodeSafetensors } from '../formats/safetensors'
import type { Tensor } from '../graph/tensor'
import { planSchema } from './plan'
import { progressSchema } from './progress'

const FORMAT = 'unroll/checkpoint'
const VERSION = 1

/** An architecture's document, read by the architecture's own checks. */
export const documentSchema = z.record(z.string(), z.json())

/** What a run was trained on, for people and to find it again; the vocabulary stands in the checkpoints. */
export const corpusIdentitySchema = z.object({
  files: corpusSchema.shape.files,
  tokens: corpusSchema.shape.tokens,
  fallback: corpusSchema.shape.fallback,
  length: corpusSchema.shape.length,
  /** V, padding included. */
  vocabularySize: z.int().positive(),
  baselines: corpusSchema.shape.baselines,
  /** SHA-256 of the token indices: what training really reads. */
  indexSha256: corpusSchema.shape.index.shape.sha256,
})
export type CorpusIdentity = z.output<typeof corpusIdentitySchema>

export function corpusIdentity(corpus: CorpusDocument): CorpusIdentity {
  const { files, tokens, fallback, length, vocabulary, baselines, index } = corpus
  const vocabularySize = vocabulary.tokens.length + 1
  return { files, tokens, fallback, length, vocabularySize, baselines, indexSha256: index.sha256 }
}

/** What decides which checkpoints are kept. */
const standingSchema = z.strictObject({
  step: z.int().nonnegative(),
  /** Epochs that had ended, where the checkpoint stands at the end of one; else null. */
  endOfEpoch: z.int().positive().nullable(),
  /** Of the epoch that ended there, on the part held out, or of training where none is; null within an epoch. */
  loss: z.number().nullable(),
})
export type CheckpointStanding = z.output<typeof standingSchema>

const describedSchema = z.object({
  standing: standingSchema,
  progress: progressSchema,
  plan: planSchema,
  architecture: documentSchema,
  vocabulary: vocabularySchema,
  corpus: corpusIdentitySchema,
  engine: z.strictObject({ name: z.string(), threads: z.int().positive() }),
  /** Every random number of the run is a function of the seed and of where it is used (see random-inputs.ts). */
  random: z.strictObject({ generator: z.literal('philox4x32-10'), seed: z.int() }),
  roles: z.record(z.string(), z.enum(['parameter', 'optimizer', 'carried', 'statistic'])),
  /** How much of the run's files was written at this step: what stands behind it belongs to a later one. */
  written: z.strictObject({ metrics: z.int().nonnegative(), samples: z.int().nonnegative() }),
})

/** All that a checkpoint says beside the tensors. */
export type CheckpointDescription = z.output<typeof describedSchema>

export interface Checkpoint extends CheckpointDescription {
  /** The engine's states by name: weights, the optimiser's moments, statistics, carried activations. */
  readonly tensors: ReadonlyMap<string, Tensor>
}

export function encodeCheckpoint({ tensors, ...description }: Checkpoint): Uint8Array {
  const metadata: Record<string, string> = { format: FORMAT, version: String(VERSION) }
  for (const [key, value] of Object.entries(description)) metadata[key] = JSON.stringify(value)
  return encodeSafetensors(tensors, metadata)
}

/**
 * @throws UnrollError those of `decodeSafetensors`, `not-a-checkpoint`, `checkpoint-newer`, `checkpoint-damaged`
 */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const { metadata, tensors, checked } = decodeSafetensors(bytes)
  checkFormat(metadata)
  if (!checked) throw damaged('it carries no checksum')
  const parsed = describedSchema.safeParse(fieldsOf(metadata, Object.keys(describedSchema.shape)))
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues
    throw damaged(`${path.join('.')}: ${message}`)
  }
  const described = parsed.data
  const nameless = [...tensors.keys()].find((name) => !Object.hasOwn(described.roles, name))
  const missing = Object.keys(described.roles).find((name) => !tensors.has(name))
  if (nameless !== undefined) throw damaged(`it does not say what tensor "${nameless}" is`)
  if (missing !== undefined) throw damaged(`tensor "${missing}" is missing`)
  return { ...described, tensors }
}

/**
 * Only what decides whether it is kept, from the file's first bytes.
 * @throws UnrollError as `decodeCheckpoint`
 */
export function decodeStanding(head: Uint8Array, fileBytes: number): CheckpointStanding {
  const metadata = decodeSafetensorsMetadata(head, fileBytes)
  checkFormat(metadata)
  const parsed = standingSchema.safeParse(fieldsOf(metadata, ['standing']).standing)
  if (!parsed.success) throw damaged('it does not say where it stands')
  return parsed.data
}

function checkFormat({ format, version }: Readonly<Record<string, string>>): void {
  if (format !== FORMAT) {
    throw new UnrollError(
      'not-a-checkpoint',
      'The file holds tensors, but it is not a checkpoint of Unroll.',
      "Give a run's folder or a file from its checkpoints.",
    )
  }
  if (version !== String(VERSION)) {
    throw new UnrollError(
      'checkpoint-newer',
      `The checkpoint is of version ${version}; this program reads version ${VERSION}.`,
      'Use a newer version of Unroll.',
    )
  }
}

function fieldsOf(
  metadata: Readonly<Record<string, string>>,
  keys: readonly string[],
): Record<string, unknown> {
  return Object.fromEntries(
    keys.map((key) => {
      try {
        return [key, Object.hasOwn(metadata, key) ? JSON.parse(metadata[key]) : undefined]
      } catch (cause) {
        throw damaged(`${key} is not JSON`, cause)
      }
    }),
  )
}

function damaged(what: string, cause?: unknown): UnrollError {
  return new UnrollError(
    'checkpoint-damaged',
    `The checkpoint cannot be used: ${what}.`,
    'Use an earlier checkpoint of the run.',
    { cause },
  )
}
