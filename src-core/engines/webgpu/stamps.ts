import type { KernelTime } from '../../graph/engine'
import { USAGE, type GpuBuffer, type GpuCommandEncoder, type GpuDevice, type GpuQuerySet } from './gpu'

/** Bytes of a timestamp. */
const STAMP = 8

/** The device's clock before and after each of a run's passes, in nanoseconds. */
export class Stamps {
  private readonly querySet: GpuQuerySet
  private readonly buffer: GpuBuffer

  constructor(
    device: GpuDevice,
    private readonly passes: number,
  ) {
    this.querySet = device.createQuerySet({ type: 'timestamp', count: 2 * passes })
    const size = 2 * passes * STAMP
    this.buffer = device.createBuffer({
      label: 'timestamps',
      size,
      usage: USAGE.queryResolve | USAGE.copyFrom,
    })
  }

  around(pass: number) {
    const { querySet } = this
    return {
      timestampWrites: { querySet, beginningOfPassWriteIndex: 2 * pass, endOfPassWriteIndex: 2 * pass + 1 },
    }
  }

  resolve(encoder: GpuCommandEncoder) {
    encoder.resolveQuerySet(this.querySet, 0, 2 * this.passes, this.buffer, 0)
  }

  get results() {
    return { buffer: this.buffer, offset: 0, size: 2 * this.passes * STAMP }
  }

  dispose() {
    this.querySet.destroy()
    this.buffer.destroy()
  }
}

/** The times of passes, those of one name together, the longest first. */
export function timesByKernel(names: readonly string[], stamps: BigUint64Array): KernelTime[] {
  const found = new Map<string, { times: number; milliseconds: number }>()
  names.forEach((name, i) => {
    const known = found.get(name) ?? { times: 0, milliseconds: 0 }
    const nanoseconds = Number(stamps[2 * i + 1] - stamps[2 * i])
    found.set(name, { times: known.times + 1, milliseconds: known.milliseconds + nanoseconds / 1e6 })
  })
  return [...found].map(([name, each]) => ({ name, ...each })).sort((a, b) => b.milliseconds - a.milliseconds)
}
