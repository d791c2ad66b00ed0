/** Round numbers inside [min, max], about `count` of them: 1, 2, 2½ or 5 times a power of ten apart. */
export function linearTicks(min: number, max: number, count: number): number[] {
  const span = max - min
  if (!(span > 0) || count < 1) return []
  const rough = span / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power
  const ticks: number[] = []
  for (let index = Math.ceil(min / step - 1e-9); index * step <= max + step * 1e-9; index++) {
    ticks.push(Number((index * step).toPrecision(12)))
  }
  return ticks
}

/** As `linearTicks` for a logarithmic axis: 1, 2 and 5 times the powers of ten, the powers alone where those are many. */
export function logTicks(min: number, max: number, count: number): number[] {
  if (!(min > 0) || !(max > min)) return []
  const within = (factors: readonly number[]) => {
    const ticks: number[] = []
    for (let power = Math.floor(Math.log10(min)); power <= Math.log10(max); power++) {
      for (const factor of factors) {
        const tick = Number((factor * 10 ** power).toPrecision(12))
        if (tick >= min && tick <= max) ticks.push(tick)
      }
    }
    return ticks
  }
  const fine = within([1, 2, 5])
  if (fine.length < 2) return linearTicks(min, max, count)
  return fine.length <= count * 1.5 ? fine : within([1])
}

/** Epochs whose ends are named, so that names stand at least `apart` steps from each other. */
export function epochTicks(
  min: number,
  max: number,
  batches: number,
  apart: number,
): { epoch: number; step: number }[] {
  if (batches < 1) return []
  let stride = 1
  for (let scale = 1; stride * batches < apart; scale *= 10) {
    stride =
      [1, 2, 5, 10].map((factor) => factor * scale).find((size) => size * batches >= apart) ?? 10 * scale
  }
  const ticks: { epoch: number; step: number }[] = []
  for (let epoch = Math.ceil(min / (stride * batches)) * stride; epoch * batches <= max; epoch += stride) {
    if (epoch > 0) ticks.push({ epoch, step: epoch * batches })
  }
  return ticks
}

/** Enough decimals to tell ticks from their neighbours. */
export function tickText(value: number, ticks: readonly number[]): string {
  const step = ticks.length > 1 ? Math.min(...ticks.slice(1).map((tick, at) => tick - ticks[at])) : value
  if (Math.abs(value) >= 1e6) return value.toExponential(0)
  const decimals = Math.max(0, Math.min(6, Math.ceil(-Math.log10(Math.abs(step) || 1) - 1e-9)))
  return value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
}
