/** A learning rate with all its figures, two at least: 1.0e-3, 1.25e-4. */
export function rateText(rate: number): string {
  if (rate === 0) return '0'
  const all = Number(rate.toPrecision(6)).toExponential()
  return all.includes('.') ? all : rate.toExponential(1)
}
