import type { Shape } from '../../graph/tensor'
import type { OnnxAttribute, OnnxConstant, OnnxNode, OnnxType } from './model'

/** Collects nodes and constants, each once, and names what they make. */
export class OnnxBuilder {
  readonly nodes: OnnxNode[] = []
  readonly constants: OnnxConstant[] = []
  private readonly known = new Map<string, string[]>()
  private readonly transposes = new Map<string, string>()
  private count = 0

  /** Adds a node with one output and gives that output's name. */
  node(type: string, inputs: readonly string[], attributes: Record<string, OnnxAttribute> = {}): string {
    return this.nodeOf(type, inputs, attributes, 1)[0]
  }

  /** Adds a node with several outputs; an equal node that is there already serves again. */
  nodeOf(
    type: string,
    inputs: readonly string[],
    attributes: Record<string, OnnxAttribute>,
    outputs: number,
  ): string[] {
    const key = JSON.stringify([type, inputs, attributes, outputs])
    return this.once(key, () => {
      const names = Array.from({ length: outputs }, () => this.name(type))
      this.nodes.push({ type, inputs, outputs: names, attributes })
      return names
    })
  }

  int64(values: readonly number[]): string {
    const data = new BigInt64Array(values.map(BigInt))
    return this.constant('int64', [values.length], new Uint8Array(data.buffer), `int64 ${values.join(' ')}`)
  }

  float(shape: Shape, values: Float32Array, key?: string): string {
    return this.constant(
      'float32',
      shape,
      new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
      key,
    )
  }

  int32(shape: Shape, values: Int32Array): string {
    return this.constant('int32', shape, new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
  }

  bool(shape: Shape, values: Uint8Array): string {
    return this.constant('bool', shape, values)
  }

  reshape(name: string, shape: Shape): string {
    return this.node('Reshape', [name, this.int64(shape)])
  }

  /** The transpose of a matrix; that of a transpose is the matrix itself. */
  transpose(name: string): string {
    const known = this.transposes.get(name)
    if (known !== undefined) return known
    const made = this.node('Transpose', [name], { perm: [1, 0] })
    this.transposes.set(name, made).set(made, name)
    return made
  }

  split(name: string, sizes: readonly number[], axis: number): string[] {
    return this.nodeOf('Split', [name, this.int64(sizes)], { axis }, sizes.length)
  }

  private constant(type: OnnxType, shape: Shape, data: Uint8Array, key?: string): string {
    const make = () => {
      const name = this.name('constant')
      this.constants.push({ name, type, shape, data })
      return [name]
    }
    return key === undefined ? make()[0] : this.once(`${type} ${key} ${shape.join(' ')}`, make)[0]
  }

  private once(key: string, make: () => string[]): string[] {
    const known = this.known.get(key)
    if (known) return known
    const made = make()
    this.known.set(key, made)
    return made
  }

  private name(type: string): string {
    return `#${type.toLowerCase()}${this.count++}`
  }
}
