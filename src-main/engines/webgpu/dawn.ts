import type { GpuDevice } from '../../../src-core/engines/webgpu/gpu'
import { UnrollError } from '../../../src-core/errors'

const DAWN_OPTIONS = [
  // The kernels write workgroup memory before they read it: zeros before that cost time, most of all to compile.
  'enable-dawn-features=disable_workgroup_init',
  // Rounded times say little of kernels that take microseconds.
  'disable-dawn-features=timestamp_quantization',
]

interface OpenDevice {
  readonly device: GpuDevice
  /** For people. */
  readonly name: string
  /** Whether it is the CPU that computes. */
  readonly software: boolean
  readonly release: () => void
}

/** The fastest GPU that Dawn finds. @throws UnrollError `engine-unavailable` */
export async function openDawn(): Promise<OpenDevice> {
  const { create } = await import('webgpu')
  // Kept, this would keep the process from ending: it goes when the engine does.
  let gpu: ReturnType<typeof create> | null = create(DAWN_OPTIONS)
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
  if (!adapter) {
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
  const name = [info.device || info.architecture || info.vendor, info.description].filter(Boolean).join(', ')
  const software = /swiftshader|llvmpipe/i.test(`${name} ${info.architecture}`)
  return { device, name, software, release: () => (gpu = null) }
}
