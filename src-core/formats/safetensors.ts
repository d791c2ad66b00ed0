import { z } from 'zod'
import { UnrollError } from '../errors'
import type { DType, Shape, Tensor, TensorData } from '../graph/tensor'
import { formatShape, sizeOf } from '../graph/tensor'
import { crc32 } from './crc32'
import { firstDuplicateKey } from './json-keys'

/**
 * Safetensors: 8 bytes with the header's length, a JSON header (name → dtype, shape, offsets), the data.
 * Source: https://github.com/huggingface/safetensors#format. Little-endian, as every machine that runs this.
 *
 * Files written here carry a checksum of the whole file in their metadata, so that a flipped bit is found; other
 * readers take it for one more word of metadata.
 */
export interface SafetensorsFile {
  readonly metadata: Readonly<Record<string, string>>
  readonly tensors: ReadonlyMap<string, Tensor>
  /** Whether the file carried a checksum (which then was right); files of other programs carry none. */
  readonly checked: boolean
}

interface Entry {
  readonly name: string
  readonly format: ElementFormat
  readonly shape: Shape
  readonly start: number
  readonly end: number
}

interface ElementFormat {
  readonly dtype: DType
  readonly bytes: number
  readonly view: (buffer: ArrayBufferLike, byteOffset: number, length: number) => TensorData
}

const ELEMENT_FORMATS: Readonly<Record<string, ElementFormat>> = {
  F64: { dtype: 'float32', bytes: 8, view: (buffer, at, length) => new Float64Array(buffer, at, length) },
  F32: { dtype: 'float32', bytes: 4, view: (buffer, at, length) => new Float32Array(buffer, at, length) },
  I32: { dtype: 'int32', bytes: 4, view: (buffer, at, length) => new Int32Array(buffer, at, length) },
  BOOL: { dtype: 'bool', bytes: 1, view: (buffer, at, length) => new Uint8Array(buffer, at, length) },
}

const LENGTH_BYTES = 8
const ALIGNMENT = 8
/** As the reference implementation has it. */
const LARGEST_HEADER = 100_000_000

const CHECKSUM_KEY = 'checksum'
const BLANK_CHECKSUM = '00000000'
/** What the header begins with, up to the checksum's digits: their place is fixed, so they can be left out of it. */
const BEFORE_CHECKSUM = `{"__metadata__":{"${CHECKSUM_KEY}":"crc32:`
const CHECKSUM_START = LENGTH_BYTES + BEFORE_CHECKSUM.length
const CHECKSUM_END = CHECKSUM_START + BLANK_CHECKSUM.length

const offset = z.int().nonnegative()
const entrySchema = z.strictObject({
  dtype: z.string(),
  shape: z.array(offset),
  data_offsets: z.tuple([offset, offset]),
})
const metadataSchema = z.record(z.string(), z.string())

/**
 * The file's bytes. The same tensors and metadata always give the same bytes.
 * float32 tensors held in float64 (the reference engine's) are written as F64.
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  // Larger elements first: each tensor then lies aligned to its element.
  const ordered = [...tensors]
    .map(([name, tensor]) => ({ name, tensor, format: formatOf(tensor) }))
    .sort(
      (a, b) => b.tensor.data.BYTES_PER_ELEMENT - a.tensor.data.BYTES_PER_ELEMENT || compare(a.name, b.name),
    )
  const header: [string, string][] = [['__metadata__', metadataText(metadata)]]
  let dataBytes = 0
  for (const { name, tensor, format } of ordered) {
    const start = dataBytes
    dataBytes += tensor.data.byteLength
    const entry = { dtype: format, shape: tensor.shape, data_offsets: [start, dataBytes] }
    header.push([name, JSON.stringify(entry)])
  }
  const headerBytes = new TextEncoder().encode(objectText(header))
  const dataStart = Math.ceil((LENGTH_BYTES + headerBytes.length) / ALIGNMENT) * ALIGNMENT

  const file = new Uint8Array(dataStart + dataBytes)
  new DataView(file.buffer).setBigUint64(0, BigInt(dataStart - LENGTH_BYTES), true)
  file.set(headerBytes, LENGTH_BYTES)
  file.fill(0x20, LENGTH_BYTES + headerBytes.length, dataStart)
  let position = dataStart
  for (const { tensor } of ordered) {
    file.set(new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength), position)
    position += tensor.data.byteLength
  }
  const digits = crc32(file).toString(16).padStart(BLANK_CHECKSUM.length, '0')
  file.set(new TextEncoder().encode(digits), CHECKSUM_START)
  return file
}

/**
 * Reads a whole file; everything is checked before anything is allocated. The tensors are views on `bytes` where
 * they are aligned.
 * @throws UnrollError `safetensors-truncated`, `-header-size`, `-header-json`, `-header-schema`, `-duplicate-name`,
 *   `-unknown-dtype`, `-size-mismatch`, `-overlap`, `-gap`, `-trailing-bytes`, `-checksum`
 */
export function decodeSafetensors(bytes: Uint8Array): SafetensorsFile {
  const { metadata, entries, dataStart } = decodeHeader(bytes, bytes.length)
  const checked = new TextDecoder().decode(bytes.subarray(LENGTH_BYTES, CHECKSUM_START)) === BEFORE_CHECKSUM
  if (checked) {
    verifyChecksum(bytes)
    delete metadata.checksum
  }
  const tensors = new Map<string, Tensor>()
  for (const { name, format, shape, start, end } of entries) {
    const at = bytes.byteOffset + dataStart + start
    const aligned = at % format.bytes === 0
    const buffer = aligned ? bytes.buffer : bytes.slice(dataStart + start, dataStart + end).buffer
    const data = format.view(buffer, aligned ? at : 0, sizeOf(shape))
    tensors.set(name, { dtype: format.dtype, shape, data })
  }
  return { metadata, tensors, checked }
}

/**
 * The metadata alone, from the file's first bytes: to list many checkpoints without reading them whole.
 * @param head the file's beginning, at least `safetensorsHeaderEnd` bytes.
 */
export function decodeSafetensorsMetadata(
  head: Uint8Array,
  fileBytes: number,
): Readonly<Record<string, string>> {
  return decodeHeader(head, fileBytes).metadata
}

/**
 * Where the data begin.
 * @param head the file's first 8 bytes or more.
 * @throws UnrollError `safetensors-truncated`, `safetensors-header-size`
 */
export function safetensorsHeaderEnd(head: Uint8Array, fileBytes: number): number {
  if (fileBytes < LENGTH_BYTES || head.length < LENGTH_BYTES) {
    throw broken(
      'truncated',
      `The file has ${fileBytes} bytes; the length of its header alone takes ${LENGTH_BYTES}`,
    )
  }
  const length = new DataView(head.buffer, head.byteOffset).getBigUint64(0, true)
  if (length < 2n || length > BigInt(LARGEST_HEADER)) {
    throw broken('header-size', `The file says that its header has ${length.toString()} bytes`)
  }
  const end = LENGTH_BYTES + Number(length)
  if (end > fileBytes) {
    throw broken(
      'truncated',
      `The header should end at byte ${end}, but the file has only ${fileBytes} bytes`,
    )
  }
  return end
}

function decodeHeader(
  bytes: Uint8Array,
  fileBytes: number,
): { metadata: Record<string, string>; entries: Entry[]; dataStart: number } {
  const dataStart = safetensorsHeaderEnd(bytes, fileBytes)
  const { text, value } = parseHeader(bytes.subarray(LENGTH_BYTES, dataStart))
  const duplicate = firstDuplicateKey(text)
  if (duplicate !== null) throw broken('duplicate-name', `The header has the name "${duplicate}" twice`)

  let metadata: Record<string, string> = {}
  const entries: Entry[] = []
  for (const [name, field] of Object.entries(value)) {
    if (name === '__metadata__') {
      const parsed = metadataSchema.safeParse(field)
      if (!parsed.success) throw broken('header-schema', 'The metadata are not pairs of words')
      metadata = parsed.data
    } else {
      entries.push(decodeEntry(name, field))
    }
  }
  checkLayout(entries, fileBytes - dataStart)
  return { metadata, entries, dataStart }
}

function parseHeader(bytes: Uint8Array): { text: string; value: object } {
  let text: string
  let value: unknown
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    value = JSON.parse(text)
  } catch (cause) {
    throw broken('header-json', 'The header is not JSON', cause)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw broken('header-schema', 'The header is not a JSON object')
  }
  return { text, value }
}

function decodeEntry(name: string, field: unknown): Entry {
  const parsed = entrySchema.safeParse(field)
  if (!parsed.success) {
    throw broken(
      'header-schema',
      `The entry of tensor "${name}" has not the dtype, shape and data_offsets it should`,
    )
  }
  const { dtype, shape, data_offsets } = parsed.data
  if (!Object.hasOwn(ELEMENT_FORMATS, dtype)) {
    throw new UnrollError(
      'safetensors-unknown-dtype',
      `Tensor "${name}" has elements of type "${dtype}".`,
      `Use a file whose tensors are of ${Object.keys(ELEMENT_FORMATS).join(', ')}.`,
    )
  }
  const format = ELEMENT_FORMATS[dtype]
  const [start, end] = data_offsets
  // A product that overflows the integers of float64 is far beyond any offset, so it differs from one all the same.
  if (sizeOf(shape) * format.bytes !== end - start) {
    throw broken(
      'size-mismatch',
      `Tensor "${name}" of ${dtype} ${formatShape(shape)} does not fit its ${end - start} bytes`,
    )
  }
  return { name, format, shape, start, end }
}

/** The tensors must cover the data exactly: no overlap, no gap, no rest. */
function checkLayout(entries: Entry[], dataBytes: number): void {
  entries.sort((a, b) => a.start - b.start || a.end - b.end)
  let covered = 0
  for (const { name, start, end } of entries) {
    if (start < covered)
      throw broken('overlap', `Tensor "${name}" begins at ${start}, inside the one before it`)
    if (start > covered)
      throw broken('gap', `The bytes ${covered} to ${start} before tensor "${name}" belong to none`)
    covered = end
  }
  if (covered > dataBytes) {
    throw broken(
      'truncated',
      `The tensors take ${covered} bytes, but the file has only ${dataBytes} for them`,
    )
  }
  if (covered < dataBytes) {
    throw broken(
      'trailing-bytes',
      `The tensors take ${covered} bytes, but the file has ${dataBytes} for them`,
    )
  }
}

function verifyChecksum(bytes: Uint8Array): void {
  const encoder = new TextEncoder()
  const digits = String.fromCharCode(...bytes.subarray(CHECKSUM_START, CHECKSUM_END))
  let crc = crc32(bytes.subarray(0, CHECKSUM_START))
  crc = crc32(encoder.encode(BLANK_CHECKSUM), crc)
  crc = crc32(bytes.subarray(CHECKSUM_END), crc)
  if (digits !== crc.toString(16).padStart(BLANK_CHECKSUM.length, '0')) {
    throw broken('checksum', 'The contents do not match the checksum that the file carries')
  }
}

function formatOf(tensor: Tensor): string {
  if (tensor.dtype === 'float32') return tensor.data instanceof Float64Array ? 'F64' : 'F32'
  return tensor.dtype === 'int32' ? 'I32' : 'BOOL'
}

/** In the order given, which `JSON.stringify` does not promise for names that look like numbers. */
function objectText(fields: readonly (readonly [name: string, json: string])[]): string {
  return `{${fields.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(',')}}`
}

function metadataText(metadata: Readonly<Record<string, string>>): string {
  return objectText([
    [CHECKSUM_KEY, `"crc32:${BLANK_CHECKSUM}"`],
    ...Object.entries(metadata).map(([key, value]): [string, string] => [key, JSON.stringify(value)]),
  ])
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function broken(kind: string, what: string, cause?: unknown): UnrollError {
  return new UnrollError(
    `safetensors-${kind}`,
    `${what}.`,
    'The file is damaged or not a safetensors file; use another copy or an earlier checkpoint.',
    { cause },
  )
}
