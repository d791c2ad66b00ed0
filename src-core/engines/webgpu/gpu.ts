/**
 * Of WebGPU (https://www.w3.org/TR/webgpu/) what the engine uses. Dawn's device and a page's `navigator.gpu` both
 * fit, so that neither their packages nor a page's types are needed here.
 */
export interface GpuDevice {
  readonly limits: GpuLimits
  readonly features: { has(feature: string): boolean }
  readonly queue: GpuQueue
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>
  /** A function of an `UncapturedError`; its own type has a whole page's events in it. */
  onuncapturederror: unknown
  createBuffer(descriptor: { label?: string; size: number; usage: number }): GpuBuffer
  createShaderModule(descriptor: { label?: string; code: string }): GpuShaderModule
  createBindGroupLayout(descriptor: { entries: Iterable<LayoutEntry> }): object
  createPipelineLayout(descriptor: { bindGroupLayouts: Iterable<object | null | undefined> }): object
  createComputePipelineAsync(descriptor: {
    label?: string
    layout: object | 'auto'
    compute: { module: object; entryPoint?: string }
  }): Promise<object>
  createBindGroup(descriptor: {
    layout: object
    entries: Iterable<{ binding: number; resource: object }>
  }): object
  createQuerySet(descriptor: { type: 'timestamp'; count: number }): GpuQuerySet
  createCommandEncoder(): GpuCommandEncoder
  pushErrorScope(filter: 'validation' | 'out-of-memory'): void
  popErrorScope(): Promise<{ readonly message: string } | null>
  destroy(): void
}

export interface UncapturedError {
  readonly error: { readonly message: string }
}

export interface GpuLimits {
  readonly maxBufferSize: number
  readonly maxStorageBufferBindingSize: number
  readonly maxStorageBuffersPerShaderStage: number
  readonly maxComputeWorkgroupStorageSize: number
  readonly maxComputeInvocationsPerWorkgroup: number
  readonly maxComputeWorkgroupsPerDimension: number
  readonly minUniformBufferOffsetAlignment: number
}

export interface GpuBuffer {
  readonly size: number
  mapAsync(mode: number): Promise<unknown>
  getMappedRange(): ArrayBuffer
  unmap(): void
  destroy(): void
}

interface GpuShaderModule {
  getCompilationInfo(): Promise<{
    readonly messages: ArrayLike<{
      readonly type: string
      readonly message: string
      readonly lineNum: number
    }>
  }>
}

interface GpuQueue {
  writeBuffer(buffer: GpuBuffer, offset: number, data: ArrayBuffer, dataOffset?: number, size?: number): void
  submit(commands: Iterable<object>): void
  onSubmittedWorkDone(): Promise<unknown>
}

interface LayoutEntry {
  readonly binding: number
  readonly visibility: number
  readonly buffer?: object
}

export interface GpuQuerySet {
  destroy(): void
}

export interface GpuCommandEncoder {
  beginComputePass(descriptor?: {
    timestampWrites?: {
      querySet: object
      beginningOfPassWriteIndex?: number
      endOfPassWriteIndex?: number
    }
  }): GpuComputePass
  copyBufferToBuffer(from: GpuBuffer, fromOffset: number, to: GpuBuffer, toOffset: number, size: number): void
  resolveQuerySet(set: object, first: number, count: number, to: GpuBuffer, offset: number): void
  finish(): object
}

export interface GpuComputePass {
  setPipeline(pipeline: object): void
  setBindGroup(index: number, group: object | null, dynamicOffsets?: Iterable<number>): void
  dispatchWorkgroups(x: number, y?: number): void
  end(): void
}

/** The flags of the specification's GPUBufferUsage, GPUShaderStage and GPUMapMode. */
export const USAGE = { mapRead: 1, copyFrom: 4, copyTo: 8, uniform: 0x40, storage: 0x80, queryResolve: 0x200 }
export const COMPUTE_STAGE = 4
export const MAP_READ = 1
