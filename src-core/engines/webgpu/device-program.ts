import type { DType, Shape, TensorData } from '../../graph/tensor'
import type { Pool, Region } from './slots'
import type { Shader } from './shader'

/** Some kernels that run at once: one entry of the list that a run submits. */
export interface Dispatch {
  readonly shader: Shader
  readonly groups: readonly [number, number]
  /** What the shader's offsets are in this dispatch. */
  readonly offsets: readonly number[]
  /** The names of its kernels. */
  readonly kernels: readonly string[]
  /** Multiplications and additions of its products. */
  readonly flops: number
}

export interface Held {
  readonly name: string
  readonly dtype: DType
  readonly shape: Shape
  readonly region: Region
}

/** A program as a device runs it. Nothing here has touched a device: it can be looked at and counted anywhere. */
export interface DeviceProgram {
  readonly name: string
  readonly dispatches: readonly Dispatch[]
  /** States whose new values could not be written where others still read the old ones. */
  readonly copies: readonly { readonly from: Region; readonly to: Region }[]
  readonly inputs: readonly Held[]
  readonly outputs: readonly Held[]
  readonly constants: readonly { readonly region: Region; readonly data: TensorData }[]
  /** Elements of each pool that belongs to the program. */
  readonly sizes: ReadonlyMap<Pool, number>
}

/** What a run of a program costs besides its arithmetic. */
export interface Traffic {
  readonly dispatches: number
  /** Shaders, each compiled once. */
  readonly shaders: number
  /** Bytes from the host to the device and back. */
  readonly uploaded: number
  readonly downloaded: number
  /** Bytes of the device's memory that the program works in, states left out. */
  readonly memory: number
  /** Multiplications and additions of products. */
  readonly flops: number
}

export function trafficOf({ dispatches, inputs, outputs, sizes }: DeviceProgram): Traffic {
  const bytes = (held: readonly Held[]) => held.reduce((sum, { region }) => sum + 4 * region.size, 0)
  return {
    dispatches: dispatches.length,
    shaders: new Set(dispatches.map(({ shader }) => shader)).size,
    uploaded: bytes(inputs),
    downloaded: bytes(outputs),
    memory: [...sizes.values()].reduce((sum, size) => sum + 4 * size, 0),
    flops: dispatches.reduce((sum, { flops }) => sum + flops, 0),
  }
}
