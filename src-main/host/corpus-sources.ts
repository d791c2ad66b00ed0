import { basename, dirname, resolve } from 'node:path'
import type { CorpusSource, Reading } from '../../src-core/contract/corpora'
import { catalogue, locateEntry } from '../store/corpora-catalogue'
import type { Watched } from '../store/corpora-files'
import { textFilesOf } from '../store/text-files'
import type { Uploads } from '../store/uploads'
import type { AllowedPaths } from './allowed-paths'

/** The files of a corpus, before they are read. */
interface Located {
  readonly paths: string[]
  readonly fallback: Reading['fallback']
  readonly name: string
  readonly catalogue: string | null
}

interface Places {
  /** Where files that were sent are kept. */
  readonly own: string
  readonly uploads: Uploads
  readonly allowed: AllowedPaths
}

/**
 * Finds the files of a corpus, or brings them here.
 * @throws UnrollError `path-not-allowed`, and those of `textFilesOf`, `Uploads.take` and `locateEntry`
 */
export async function locateSource(
  source: CorpusSource,
  { own, uploads, allowed }: Places,
  watched: Watched,
): Promise<Located> {
  switch (source.kind) {
    case 'paths': {
      for (const path of source.paths) allowed.check(path)
      const paths = await textFilesOf(source.paths)
      return { paths, fallback: null, name: nameOf(source.paths), catalogue: null }
    }
    case 'uploads': {
      try {
        const paths = await uploads.take(source.uploads, own)
        return { paths, fallback: null, name: nameOf(paths), catalogue: null }
      } catch (error) {
        for (const upload of source.uploads) await uploads.remove(upload)
        throw error
      }
    }
    case 'catalogue': {
      const { paths, fallback } = await locateEntry(source.name, watched)
      const book = catalogue().find(({ name }) => name === source.name)
      return { paths, fallback, name: book?.title ?? source.name, catalogue: source.name }
    }
  }
}

/** The file's or the folder's name; of several files the folder's. */
function nameOf(paths: readonly string[]): string {
  const [first] = paths
  const name = paths.length === 1 ? basename(first).replace(/\.[^.]{1,8}$/, '') : basename(dirname(first))
  return name || basename(resolve(first)) || 'corpus'
}
