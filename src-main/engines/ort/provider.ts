import { cpus } from 'node:os'
import type { EngineProvider } from '../../../src-core/graph/engine'
import { reasonOf } from '../../../src-core/errors'
import { OrtEngine } from './engine'

export const ortProvider: EngineProvider = {
  name: 'ort',
  async unavailable() {
    try {
      await import('onnxruntime-node')
      return null
    } catch (error) {
      return `The package onnxruntime-node cannot be loaded (${reasonOf(error)}); npm install brings it.`
    }
  },
  async create({ threads }) {
    return new OrtEngine(await import('onnxruntime-node'), threads ?? cpus().length)
  },
}
