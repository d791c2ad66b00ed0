export const lossUnits = ['nats', 'bits', 'perplexity'] as const
export type LossUnit = (typeof lossUnits)[number]

/** A loss in another unit: bits are nats / ln 2, perplexity is e to the nats. All three grow with the loss. */
export function fromNats(nats: number, unit: LossUnit): number {
  switch (unit) {
    case 'nats':
      return nats
    case 'bits':
      return nats / Math.LN2
    case 'perplexity':
      return Math.exp(nats)
  }
}

/** As it stands in tables: losses with two decimals, perplexities with four digits; '–' where there is none. */
export function lossText(nats: number | null | undefined, unit: LossUnit): string {
  if (nats === null || nats === undefined) return '–'
  if (Number.isNaN(nats)) return 'NaN'
  const value = fromNats(nats, unit)
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞'
  if (Math.abs(value) >= 1e5) return value.toExponential(2)
  return value >= 100 ? value.toFixed(1) : value.toFixed(2)
}
