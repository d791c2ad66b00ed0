import type { HostCalls } from '../../src-core/contract/host'
import { UnrollError } from '../../src-core/errors'
import { freshTask } from './tasks.svelte'

const PART = 1 << 20
const LONGEST_NAME = 255

interface UploadOptions {
  /** Bytes sent so far. */
  readonly onprogress: (done: number) => void
  readonly cancelled?: () => boolean
}

/**
 * Sends a file to the host in parts. @returns the upload's id.
 * @throws UnrollError `cancelled`
 */
export async function upload(
  host: Pick<HostCalls['corpora'], 'upload'>,
  file: File,
  { onprogress, cancelled }: UploadOptions,
): Promise<string> {
  const id = freshTask()
  const name = file.name.slice(-LONGEST_NAME) || 'text.txt'
  let offset = 0
  // A file of nothing is sent too: what is wrong with it is the host's to say.
  do {
    if (cancelled?.() === true)
      throw new UnrollError('cancelled', 'The upload was cancelled.', 'Add it again.')
    const bytes = new Uint8Array(await file.slice(offset, offset + PART).arrayBuffer())
    await host.upload({ upload: id, name, offset, bytes })
    offset += bytes.length
    onprogress(offset)
  } while (offset < file.size)
  return id
}
