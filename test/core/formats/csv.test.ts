import { expect, test } from 'vitest'
import { csvLine, csvOfTensors } from '../../../src-core/formats/csv'

test('quotes the cells that need it', () => {
  expect(csvLine(['a', 1.5, 'b,c', 'say "o"', 'two\nlines', ''])).toBe(
    'a,1.5,"b,c","say ""o""","two\nlines",\r\n',
  )
})

test('writes a line for each element of each tensor, in row-major order', () => {
  const lines = [
    ...csvOfTensors([
      ['w', { dtype: 'float32', shape: [2, 2], data: Float64Array.of(1, 0.1, -3, 4e-9) }],
      ['count', { dtype: 'int32', shape: [], data: Int32Array.of(7) }],
    ]),
  ]
  expect(lines.map((line) => line.trimEnd())).toEqual([
    'tensor,index,value',
    'w,0 0,1',
    'w,0 1,0.1',
    'w,1 0,-3',
    'w,1 1,4e-9',
    'count,,7',
  ])
})
