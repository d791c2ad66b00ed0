/** What was typed into a number's field, as far as it can be used. */
export type TypedNumber =
  | { readonly value: number | null; readonly error?: undefined }
  | { readonly value?: undefined; readonly error: string }

export interface NumberLimits {
  readonly min?: number | undefined
  readonly max?: number | undefined
  readonly integer?: boolean | undefined
  /** Whether nothing typed means null. */
  readonly optional?: boolean | undefined
}

/** Reads a typed number: spaces and thousands' commas are let go, `1e-3` is read. */
export function readNumber(typed: string, { min, max, integer, optional }: NumberLimits): TypedNumber {
  const text = typed
    .replace(/[\s\u00a0\u202f]/g, '')
    .replace(/,(?=\d{3}(\D|$))/g, '')
    .replace('−', '-')
  if (text === '') return optional === true ? { value: null } : { error: 'A number is needed.' }
  const value = Number(text)
  if (!Number.isFinite(value)) return { error: 'This is not a number.' }
  if (integer === true && !Number.isInteger(value)) return { error: 'A whole number is needed.' }
  if (min !== undefined && value < min) return { error: `At least ${min}.` }
  if (max !== undefined && value > max) return { error: `At most ${max}.` }
  return { value }
}

/** One step by an arrow key, on the grid of the step, within the limits; no rounding dust such as 0.30000000000000004. */
export function stepNumber(value: number, step: number, { min, max }: NumberLimits): number {
  const decimals = Math.min(12, Math.max(digitsAfterPoint(value), digitsAfterPoint(step)))
  const next = Number((value + step).toFixed(decimals))
  return Math.max(min ?? -Infinity, Math.min(max ?? Infinity, next))
}

function digitsAfterPoint(value: number): number {
  const [mantissa, exponent] = value.toExponential().split('e')
  return Math.max(0, (mantissa.split('.')[1] ?? '').length - Number(exponent))
}
