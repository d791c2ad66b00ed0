import { PbfWriter } from 'pbf'
import type { DType, Shape } from '../../graph/tensor'

/** The part of ONNX (onnx.proto3, IR version 8) that programs need, as data. */
export interface OnnxModel {
  readonly name: string
  readonly nodes: readonly OnnxNode[]
  readonly constants: readonly OnnxConstant[]
  readonly inputs: readonly OnnxValue[]
  readonly outputs: readonly OnnxValue[]
  readonly metadata: Readonly<Record<string, string>>
}

export type OnnxAttribute = number | string | readonly number[] | { readonly float: number }

export interface OnnxNode {
  readonly type: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** Integers, strings and lists of integers as they are; a float is wrapped to be told from an integer. */
  readonly attributes: Readonly<Record<string, OnnxAttribute>>
}

export type OnnxType = DType | 'int64'

export interface OnnxValue {
  readonly name: string
  readonly type: OnnxType
  readonly shape: Shape
}

export interface OnnxConstant extends OnnxValue {
  /** Little-endian bytes of the elements. */
  readonly data: Uint8Array
}

const OPSET = 18
const IR_VERSION = 8
const elementTypes: Record<OnnxType, number> = { float32: 1, int32: 6, int64: 7, bool: 9 }
const attributeTypes = { float: 1, int: 2, string: 3, ints: 7 }

/** The model as the bytes of an .onnx file. */
export function encodeOnnx(model: OnnxModel): Uint8Array {
  const pbf = new PbfWriter()
  pbf.writeVarintField(1, IR_VERSION)
  pbf.writeStringField(2, 'unroll')
  pbf.writeMessage(7, writeGraph, model)
  pbf.writeMessage(8, writeOpset, OPSET)
  for (const entry of Object.entries(model.metadata)) pbf.writeMessage(14, writeEntry, entry)
  return pbf.finish()
}

function writeOpset(version: number, pbf: PbfWriter) {
  pbf.writeStringField(1, '')
  pbf.writeVarintField(2, version)
}

function writeEntry([key, value]: [string, string], pbf: PbfWriter) {
  pbf.writeStringField(1, key)
  pbf.writeStringField(2, value)
}

function writeGraph({ name, nodes, constants, inputs, outputs }: OnnxModel, pbf: PbfWriter) {
  for (const node of nodes) pbf.writeMessage(1, writeNode, node)
  pbf.writeStringField(2, name)
  for (const constant of constants) pbf.writeMessage(5, writeTensor, constant)
  for (const input of inputs) pbf.writeMessage(11, writeValue, input)
  for (const output of outputs) pbf.writeMessage(12, writeValue, output)
}

function writeNode({ type, inputs, outputs, attributes }: OnnxNode, pbf: PbfWriter) {
  for (const input of inputs) pbf.writeStringField(1, input)
  for (const output of outputs) pbf.writeStringField(2, output)
  pbf.writeStringField(3, outputs[0])
  pbf.writeStringField(4, type)
  for (const entry of Object.entries(attributes)) pbf.writeMessage(5, writeAttribute, entry)
}

function writeAttribute([name, value]: [string, OnnxAttribute], pbf: PbfWriter) {
  pbf.writeStringField(1, name)
  let type = attributeTypes.int
  if (typeof value === 'number') pbf.writeVarintField(3, value)
  else if (typeof value === 'string') {
    type = attributeTypes.string
    pbf.writeStringField(4, value)
  } else if ('float' in value) {
    type = attributeTypes.float
    pbf.writeFloatField(2, value.float)
  } else {
    type = attributeTypes.ints
    for (const each of value) pbf.writeVarintField(8, each)
  }
  pbf.writeVarintField(20, type)
}

function writeTensor({ name, type, shape, data }: OnnxConstant, pbf: PbfWriter) {
  for (const size of shape) pbf.writeVarintField(1, size)
  pbf.writeVarintField(2, elementTypes[type])
  pbf.writeStringField(8, name)
  pbf.writeBytesField(9, data)
}

function writeValue({ name, type, shape }: OnnxValue, pbf: PbfWriter) {
  pbf.writeStringField(1, name)
  pbf.writeMessage(2, writeType, { type, shape })
}

function writeType({ type, shape }: Pick<OnnxValue, 'type' | 'shape'>, pbf: PbfWriter) {
  pbf.writeMessage(1, writeTensorType, { type, shape })
}

function writeTensorType({ type, shape }: Pick<OnnxValue, 'type' | 'shape'>, pbf: PbfWriter) {
  pbf.writeVarintField(1, elementTypes[type])
  pbf.writeMessage(2, writeShape, shape)
}

function writeShape(shape: Shape, pbf: PbfWriter) {
  for (const size of shape)
    pbf.writeMessage(1, (dimension: number, each) => each.writeVarintField(1, dimension), size)
}
