import { UnrollError } from '../../errors'
import { allocate, apply, fail, type Op } from '../op'
import { sizeOf, type TensorData } from '../tensor'
import type { Variable } from '../variable'

/** Indices come from data: one outside the table is told, not read past the end. */
function checkIndices(data: TensorData, rows: number) {
  for (const index of data) {
    if (!(index >= 0 && index < rows)) {
      throw new UnrollError(
        'index',
        `Index ${index} is outside a table of ${rows} rows.`,
        'Use the vocabulary that the network was made with.',
      )
    }
  }
}

const gatherOp: Op<'gather'> = {
  name: 'gather',
  infer(inputs) {
    const [table, index] = inputs
    if (table.dtype !== 'float32' || table.shape.length !== 2 || index.dtype !== 'int32') {
      fail('gather', inputs, 'takes a float32 matrix and int32 indices')
    }
    return { dtype: 'float32', shape: [...index.shape, table.shape[1]] }
  },
  gradient: (g, { inputs: [table, index] }) => [scatterAdd(index, g, table.shape[0]), null],
  evaluate([table, index], _attributes, { dtype, shape }) {
    const [rows, columns] = table.shape
    checkIndices(index.data, rows)
    const data = allocate(dtype, sizeOf(shape))
    index.data.forEach((row, i) =>
      data.set(table.data.subarray(row * columns, (row + 1) * columns), i * columns),
    )
    return data
  },
  vectorize: ([table, index], [tableMapped]) => (tableMapped ? null : gather(table, index)),
}

const scatterAddOp: Op<'scatterAdd'> = {
  name: 'scatterAdd',
  infer(inputs, { rows }) {
    const [index, values] = inputs
    const fits =
      values.shape.length === index.shape.length + 1 &&
      index.shape.every((size, i) => size === values.shape[i])
    if (index.dtype !== 'int32' || values.dtype !== 'float32' || !fits) {
      fail('scatterAdd', inputs, 'takes int32 indices and a float32 row for each')
    }
    return { dtype: 'float32', shape: [rows, values.shape[values.shape.length - 1]] }
  },
  gradient: (g, { inputs: [index] }) => [null, gather(g, index)],
  evaluate([index, values], { rows }, { dtype, shape: [, columns] }) {
    checkIndices(index.data, rows)
    const data = allocate(dtype, rows * columns)
    index.data.forEach((row, i) => {
      for (let j = 0; j < columns; j++) data[row * columns + j] += values.data[i * columns + j]
    })
    return data
  },
  vectorize: () => null,
}

const oneHotOp: Op<'oneHot'> = {
  name: 'oneHot',
  infer(inputs, { depth }) {
    if (inputs[0].dtype !== 'int32') fail('oneHot', inputs, 'takes int32 indices')
    return { dtype: 'float32', shape: [...inputs[0].shape, depth] }
  },
  gradient: () => [null],
  evaluate([index], { depth }, { dtype, shape }) {
    checkIndices(index.data, depth)
    const data = allocate(dtype, sizeOf(shape))
    index.data.forEach((hot, i) => (data[i * depth + hot] = 1))
    return data
  },
  vectorize: ([index], _mapped, { depth }) => oneHot(index, depth),
}

/** The rows of a table [V, E] that int32 indices [...] name: [..., E]. */
export const gather = (table: Variable, index: Variable): Variable => apply(gatherOp, [table, index], {})

/** The reverse of gather: a table [rows, E] where each row is the sum of the values [..., E] whose index names it. */
export const scatterAdd = (index: Variable, values: Variable, rows: number): Variable =>
  apply(scatterAddOp, [index, values], { rows })

/** 1 at the index and 0 elsewhere, along a new last axis of this depth. */
export const oneHot = (index: Variable, depth: number): Variable => apply(oneHotOp, [index], { depth })
