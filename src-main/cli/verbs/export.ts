import { z } from 'zod'
import { exportCheckpoint, exportFormats } from '../../host/export-checkpoint'
import { findCheckpoint } from '../open-trained'
import { flag, readOptions } from '../options'
import { print, printJson } from '../output'

const optionsSchema = z.object({
  format: z.enum(exportFormats),
  out: z.string().min(1, 'takes the path of a file'),
  json: flag,
})

/** `unroll export` */
export async function exportTo(runOrFile: string, rawOptions: Record<string, unknown>): Promise<void> {
  const { format, out, json } = readOptions(optionsSchema, rawOptions)
  const { checkpoint, path } = await findCheckpoint(runOrFile)
  await exportCheckpoint(checkpoint, format, out)
  if (json) printJson({ type: 'exported', format, checkpoint: path, file: out })
  else print(`${out}: ${path} as ${format}`)
}
