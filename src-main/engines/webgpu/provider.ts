import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { WebGpuEngine } from '../../../src-core/engines/webgpu/engine'
import { UnrollError } from '../../../src-core/errors'
import type { EngineProvider } from '../../../src-core/graph/engine'
import { missingVulkan } from './vulkan'

const DAWN_OPTIONS = [
  // The kernels write workgroup memory before they read it: zeros before that cost time, most of all to compile.
  'enable-dawn-features=disable_workgroup_init',
  // Rounded times say little of kernels that take microseconds.
  'disable-dawn-features=timestamp_quantization',
]

/** The GPU, by Dawn: the WebGPU of Chromium as a package for Node. */
export const webgpuProvider: EngineProvider = {
  name: 'webgpu',
  async unavailable() {
    if ('electron' in process.versions) {
      return "Electron forbids the buffers that the package webgpu maps; there a window's own WebGPU serves."
    }
    let folder: string
    try {
      folder = dirname(createRequire(import.meta.url).resolve('webgpu'))
    } catch {
      return 'The package webgpu is not installed; npm install webgpu@0.6.2 brings it.'
    }
    const { platform, arch } = process
    const machine = platform === 'darwin' ? 'darwin-universal' : `${platform}-${arch}`
    if (!existsSync(join(folder, 'dist', machine, 'dawn.node')))
      return `The package webgpu has nothing for ${platform} on ${arch}; another engine serves here.`
    return platform === 'linux' ? missingVulkan(process.env) : null
  },
  async create() {
    const { create } = await import('webgpu')
    // Kept, this would keep the process from ending: it goes when the engine does.
    let gpu: ReturnType<typeof create> | null = create(DAWN_OPTIONS)
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
    if (!adapter) {
      gpu = null
      throw new UnrollError(
        'engine-unavailable',
        'Dawn finds no GPU on this machine.',
        "Install the GPU's driver with Vulkan, Metal or Direct3D 12, or take another engine.",
      )
    }
    const { limits, features, info } = adapter
    const device = await adapter.requestDevice({
      requiredLimits: {
        maxBufferSize: limits.maxBufferSize,
        maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      },
      requiredFeatures: features.has('timestamp-query') ? ['timestamp-query'] : [],
    })
    const name = [info.device || info.architecture || info.vendor, info.description]
      .filter(Boolean)
      .join(', ')
    return new WebGpuEngine(device, name, () => (gpu = null))
  },
}
