import type { Tensor } from '../graph/tensor'

/**
 * Comma-separated values (RFC 4180), a line at a time, so that nothing large is held as text.
 * Numbers are written such that reading them back gives the same number.
 */
export function csvLine(cells: readonly (string | number)[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`
}

/**
 * Tensors as one long table, one line an element: its tensor, its place (`3 17` is row 3, column 17), its value.
 * A table of this form holds tensors of any number of axes and loads into any program.
 */
export function* csvOfTensors(tensors: Iterable<readonly [name: string, tensor: Tensor]>): Generator<string> {
  yield csvLine(['tensor', 'index', 'value'])
  for (const [name, { shape, data }] of tensors) {
    const place = new Array<number>(shape.length).fill(0)
    for (const value of data) {
      yield csvLine([name, place.join(' '), value])
      advance(place, shape)
    }
  }
}

/** To the next element in row-major order. */
function advance(place: number[], shape: readonly number[]): void {
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    place[axis]++
    if (place[axis] < shape[axis]) return
    place[axis] = 0
  }
}

function csvCell(cell: string | number): string {
  const text = String(cell)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
