import { MAP_READ, USAGE, type GpuBuffer, type GpuCommandEncoder, type GpuDevice } from './gpu'

interface Source {
  readonly buffer: GpuBuffer
  /** In bytes. */
  readonly offset: number
  readonly size: number
}

/** Buffers that the host can read, used again and again. */
export class Readback {
  private readonly free: GpuBuffer[] = []

  constructor(private readonly device: GpuDevice) {}

  /**
   * Records copies of what lies in other buffers.
   * @returns call it after the submission: it waits for the device to come by and gives a copy of each.
   */
  copy(encoder: GpuCommandEncoder, sources: readonly Source[]): () => Promise<ArrayBuffer[]> {
    const total = sources.reduce((sum, { size }) => sum + size, 0)
    if (total === 0) return async () => sources.map(() => new ArrayBuffer(0))
    const staging = this.take(total)
    let start = 0
    const places = sources.map(({ buffer, offset, size }) => {
      const place = start
      encoder.copyBufferToBuffer(buffer, offset, staging, place, size)
      start += size
      return [place, place + size] as const
    })
    return async () => {
      await staging.mapAsync(MAP_READ)
      const range = staging.getMappedRange()
      const found = places.map(([from, to]) => range.slice(from, to))
      staging.unmap()
      this.free.push(staging)
      return found
    }
  }

  dispose() {
    for (const buffer of this.free.splice(0)) buffer.destroy()
  }

  private take(size: number): GpuBuffer {
    const at = this.free.findIndex((buffer) => buffer.size >= size && buffer.size <= 4 * size)
    if (at >= 0) return this.free.splice(at, 1)[0]
    return this.device.createBuffer({ label: 'readback', size, usage: USAGE.mapRead | USAGE.copyTo })
  }
}
