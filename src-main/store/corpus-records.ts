import { readdir } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve } from 'node:path'
import { z } from 'zod'
import { corpusSchema, type CorpusDocument } from '../../src-core/corpus/corpus-document'
import { baselinesSchema } from '../../src-core/corpus/baselines'
import { fallbackEncodings } from '../../src-core/corpus/single-byte-decoder'
import { tokenKinds } from '../../src-core/corpus/token-array'
import { readJson } from './json-file'
import { replaceFile } from './replace-file'

const SUFFIX = '.json'

const recordSchema = z.object({
  format: z.literal('unroll/project-corpus'),
  version: z.literal(1),
  name: z.string().min(1).max(200),
  /** Of its files in their order; those inside the project from its folder on, so that it can be moved. */
  paths: z.array(z.string().min(1)).min(1),
  /** In the catalogue, where it is from there. */
  catalogue: z.string().nullable(),
  reading: z.object({ tokens: z.enum(tokenKinds), fallback: z.enum(fallbackEncodings).nullable() }),
  found: z.object({
    files: corpusSchema.shape.files,
    length: z.int().positive(),
    vocabularySize: z.int().positive(),
    baselines: baselinesSchema,
    indexSha256: z.string(),
  }),
  /** The folder of the encoded corpus; it is made again from the files where it is gone. */
  encoded: z.string(),
})
export type CorpusRecord = z.output<typeof recordSchema>

/** What a record keeps of an encoded corpus. */
export function foundIn(document: CorpusDocument): CorpusRecord['found'] {
  const { files, length, vocabulary, baselines, index } = document
  return {
    files,
    length,
    vocabularySize: vocabulary.tokens.length + 1,
    baselines,
    indexSha256: index.sha256,
  }
}

/** The corpora of a project, a file for each: corpora/ID.json. */
export class CorpusRecords {
  /** @param project the folder that paths inside are told from */
  constructor(
    private readonly folder: string,
    private readonly project: string,
  ) {}

  /** By id, in the order of ids. What cannot be read is left out and stays on the disk. */
  async all(): Promise<Map<string, CorpusRecord>> {
    const names = (await readdir(this.folder).catch((): string[] => [])).sort()
    const records = new Map<string, CorpusRecord>()
    for (const name of names.filter((each) => each.endsWith(SUFFIX))) {
      const record = await this.read(name.slice(0, -SUFFIX.length))
      if (record) records.set(name.slice(0, -SUFFIX.length), record)
    }
    return records
  }

  async read(id: string): Promise<CorpusRecord | null> {
    const record = await readJson(this.pathOf(id), recordSchema)
    return record && { ...record, paths: record.paths.map((path) => resolve(this.project, path)) }
  }

  async write(id: string, record: CorpusRecord): Promise<void> {
    const paths = record.paths.map((path) => {
      const inside = relative(this.project, path)
      return inside.startsWith('..') || isAbsolute(inside) ? path : inside
    })
    await replaceFile(this.pathOf(id), `${JSON.stringify({ ...record, paths }, null, 2)}\n`)
  }

  pathOf(id: string): string {
    return join(this.folder, id + SUFFIX)
  }
}
