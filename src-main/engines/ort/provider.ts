import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus } from 'node:os'
import { dirname, join } from 'node:path'
import type { EngineProvider } from '../../../src-core/graph/engine'
import { OrtEngine } from './engine'

/** What the package holds for this machine; looked for, not loaded, since loading takes a while. */
const BINDING = join('bin', 'napi-v6', process.platform, process.arch, 'onnxruntime_binding.node')

export const ortProvider: EngineProvider = {
  name: 'ort',
  async unavailable() {
    let folder: string
    try {
      folder = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'))
    } catch {
      return 'The package onnxruntime-node is not installed; npm install brings it.'
    }
    if (existsSync(join(folder, BINDING))) return null
    return `The package onnxruntime-node has nothing for ${process.platform} on ${process.arch}; another engine serves here.`
  },
  async create({ threads }) {
    return new OrtEngine(await import('onnxruntime-node'), threads ?? cpus().length)
  },
}
