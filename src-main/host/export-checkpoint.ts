import { Network } from '../../src-core/architecture/network'
import { parseArchitecture } from '../../src-core/architecture/parse'
import { reasonOf, UnrollError } from '../../src-core/errors'
import { csvOfTensors } from '../../src-core/formats/csv'
import { lowerProgram } from '../../src-core/formats/onnx/lower-program'
import { encodeOnnx, type OnnxConstant } from '../../src-core/formats/onnx/model'
import { encodeSafetensors } from '../../src-core/formats/safetensors'
import type { Tensor } from '../../src-core/graph/tensor'
import type { Checkpoint } from '../../src-core/training/checkpoint'
import { replaceFile } from '../store/replace-file'

export const exportFormats = ['onnx', 'safetensors', 'csv'] as const

type ExportFormat = (typeof exportFormats)[number]

/** Lines of a table that are encoded at a time. */
const LINES = 10_000

/**
 * What a checkpoint has learned, as the bytes of a file.
 * - onnx: the network that continues text, one token after the other, its weights inside; inputs and outputs as
 *   `Network.step` has them for one lane, and what it carries as inputs `NAME` and outputs `NAME/next`.
 * - safetensors: the weights, with architecture and vocabulary in the metadata.
 * - csv: the weights, a line for each number.
 * @throws UnrollError those of the architecture's checks
 */
export function encodeExport(checkpoint: Checkpoint, format: ExportFormat): Uint8Array {
  return { onnx: asOnnx, safetensors: asSafetensors, csv: asCsv }[format](checkpoint)
}

/**
 * Writes what a checkpoint has learned to a file, over one that may be there.
 * @throws UnrollError `file-not-writable`, and those of `encodeExport`
 */
export async function exportCheckpoint(
  checkpoint: Checkpoint,
  format: ExportFormat,
  file: string,
): Promise<void> {
  const bytes = encodeExport(checkpoint, format)
  await replaceFile(file, bytes).catch((error: unknown) => {
    throw new UnrollError(
      'file-not-writable',
      `${file} cannot be written: ${reasonOf(error)}.`,
      'Make room there, or name another file with --out.',
      { cause: error },
    )
  })
}

/** Parameters and statistics: what is needed to use the network, but not to train it further. */
function learnedOf({ tensors, roles }: Checkpoint): Map<string, Tensor> {
  const learned = [...tensors].filter(([name]) => roles[name] === 'parameter' || roles[name] === 'statistic')
  return new Map(learned)
}

function metadataOf({ architecture, vocabulary }: Checkpoint): Record<string, string> {
  return { architecture: JSON.stringify(architecture), vocabulary: JSON.stringify(vocabulary) }
}

function asOnnx(checkpoint: Checkpoint): Uint8Array {
  const network = new Network(
    parseArchitecture(checkpoint.architecture),
    checkpoint.vocabulary.tokens.length + 1,
  )
  const model = lowerProgram(network.step(1), metadataOf(checkpoint))
  const learned = learnedOf(checkpoint)
  const constants = model.inputs.flatMap((input): OnnxConstant[] => {
    const tensor = learned.get(input.name)
    return tensor ? [{ ...input, data: new Uint8Array(Float32Array.from(tensor.data).buffer) }] : []
  })
  return encodeOnnx({
    ...model,
    inputs: model.inputs.filter(({ name }) => !learned.has(name)),
    constants: [...model.constants, ...constants],
  })
}

function asSafetensors(checkpoint: Checkpoint): Uint8Array {
  return encodeSafetensors(learnedOf(checkpoint), { format: 'unroll/weights', ...metadataOf(checkpoint) })
}

function asCsv(checkpoint: Checkpoint): Uint8Array {
  const chunks: Buffer[] = []
  let lines: string[] = []
  for (const line of csvOfTensors(learnedOf(checkpoint))) {
    if (lines.push(line) < LINES) continue
    chunks.push(Buffer.from(lines.join('')))
    lines = []
  }
  return Buffer.concat([...chunks, Buffer.from(lines.join(''))])
}
