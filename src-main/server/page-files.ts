import { readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { pageTypes } from '../host/page-types'

/** What is compressed already gains nothing. */
const packed: readonly string[] = ['.png', '.woff', '.woff2']

/** Below this a compressed answer is no shorter on its way. */
const SMALL = 1024

type Encoding = 'br' | 'gzip'

/** One file of the page, kept in memory with its compressed forms once they were asked for. */
export class PageFile {
  readonly type: string
  /** Whether its name changes with its content, so that a browser may keep it for good. */
  readonly isHashed: boolean
  readonly #packs: boolean
  readonly #compressed = new Map<Encoding, Promise<Buffer>>()

  constructor(
    address: string,
    readonly bytes: Buffer,
  ) {
    const kind = extname(address)
    this.type = pageTypes[kind] ?? 'application/octet-stream'
    this.isHashed = /^\/assets\/.*-[\w-]{8,}\.\w+$/.test(address)
    this.#packs = !packed.includes(kind) && bytes.byteLength >= SMALL
  }

  /** @param accepted `Accept-Encoding` as it came. */
  async bodyFor(accepted: string | undefined): Promise<{ body: Buffer; encoding: Encoding | null }> {
    const encoding = this.#packs ? encodingIn(accepted ?? '') : null
    return { body: encoding === null ? this.bytes : await this.#compress(encoding), encoding }
  }

  #compress(encoding: Encoding): Promise<Buffer> {
    const known = this.#compressed.get(encoding)
    if (known) return known
    const made = compress[encoding](this.bytes)
    this.#compressed.set(encoding, made)
    return made
  }
}

/** The files of the built page by their addresses, read once: no address can reach any other file. */
export function readPage(folder: string): ReadonlyMap<string, PageFile> {
  const files = filesBelow(folder).map((file) => {
    const address = `/${relative(folder, file).split(sep).join('/')}`
    return [address === '/index.html' ? '/' : address, new PageFile(address, readFileSync(file))] as const
  })
  return new Map(files.filter(([address]) => !address.endsWith('.map')))
}

const compress: Readonly<Record<Encoding, (bytes: Buffer) => Promise<Buffer>>> = {
  br: (bytes) =>
    promisify(brotliCompress)(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: 9,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.byteLength,
      },
    }),
  gzip: (bytes) => promisify(gzip)(bytes),
}

function encodingIn(accepted: string): Encoding | null {
  const names = accepted
    .toLowerCase()
    .split(',')
    .map((part) => part.trim().split(/\s*;\s*/))
    .filter(([, quality]) => !/^q=0(\.0*)?$/.test(quality ?? ''))
    .map(([name]) => name)
  if (names.includes('br')) return 'br'
  return names.includes('gzip') ? 'gzip' : null
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? filesBelow(path) : [path]
  })
}
