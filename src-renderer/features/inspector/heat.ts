/** Colours of a value from −1 to 1: the blue and the orange of the weights' hues, over what they stand on. */
export interface HeatColors {
  readonly negative: readonly [number, number, number]
  readonly zero: readonly [number, number, number]
  readonly positive: readonly [number, number, number]
}

export const heatColors: Readonly<Record<'light' | 'dark', HeatColors>> = {
  light: { negative: [0, 114, 178], zero: [255, 255, 255], positive: [184, 122, 0] },
  dark: { negative: [74, 163, 224], zero: [27, 30, 36], positive: [230, 159, 0] },
}

/**
 * A matrix as pixels, one a value.
 * @param values [rows, columns]
 * @param limit the size of a value that has the full colour.
 * @returns RGBA [rows, columns, 4]; what is not a number is red.
 */
export function heatPixels(
  values: ArrayLike<number>,
  limit: number,
  colors: HeatColors,
): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(4 * values.length)
  const { negative, zero, positive } = colors
  for (let at = 0; at < values.length; at++) {
    const share = limit > 0 ? values[at] / limit : 0
    const size = Math.min(1, Math.abs(share))
    const end = share < 0 ? negative : positive
    for (let channel = 0; channel < 3; channel++) {
      pixels[4 * at + channel] = Number.isNaN(share)
        ? [220, 0, 0][channel]
        : zero[channel] + size * (end[channel] - zero[channel])
    }
    pixels[4 * at + 3] = 255
  }
  return pixels
}

/** The largest size of any value; 0 of none. */
export function largestSize(values: ArrayLike<number>): number {
  let largest = 0
  for (let at = 0; at < values.length; at++) {
    const size = Math.abs(values[at])
    if (size > largest) largest = size
  }
  return largest
}

/**
 * The units that are the strongest anywhere in a text, strongest first.
 * @param values [n, units]
 */
export function strongestUnits(values: ArrayLike<number>, units: number, count: number): number[] {
  const strength = new Float64Array(units)
  for (let at = 0; at < values.length; at++) {
    const unit = at % units
    strength[unit] = Math.max(strength[unit], Math.abs(values[at]))
  }
  const order = Array.from({ length: units }, (_, unit) => unit)
  return order.sort((a, b) => strength[b] - strength[a] || a - b).slice(0, count)
}

/**
 * Some units of a text as the rows of a picture whose columns are the text's tokens.
 * @param values [n, units]
 * @returns [chosen, n]
 */
export function unitRows(values: ArrayLike<number>, units: number, chosen: readonly number[]): Float32Array {
  const n = values.length / units
  const rows = new Float32Array(chosen.length * n)
  chosen.forEach((unit, row) => {
    for (let at = 0; at < n; at++) rows[row * n + at] = values[at * units + unit]
  })
  return rows
}

export interface Summary {
  readonly mean: number
  readonly deviation: number
  readonly smallest: number
  readonly largest: number
}

export function summaryOf(values: ArrayLike<number>): Summary {
  let sum = 0
  let smallest = Infinity
  let largest = -Infinity
  for (let at = 0; at < values.length; at++) {
    sum += values[at]
    smallest = Math.min(smallest, values[at])
    largest = Math.max(largest, values[at])
  }
  const mean = sum / values.length
  let squares = 0
  for (let at = 0; at < values.length; at++) squares += (values[at] - mean) ** 2
  return { mean, deviation: Math.sqrt(squares / values.length), smallest, largest }
}
