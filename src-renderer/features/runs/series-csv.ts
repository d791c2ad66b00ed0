import { csvLine } from '../../../src-core/formats/csv'
import type { RunSeries } from './run-series.svelte'

/** Lines that are put together before they become bytes: few enough to hold, many enough to be quick. */
const LINES = 4096

/**
 * All series of a run: a line a step with its rate, the total and every output in nats; an epoch's validation stands on
 * the line of its last step.
 * @param names [K]
 */
export function seriesCsv(series: RunSeries, names: readonly string[]): Uint8Array {
  const encoder = new TextEncoder()
  const parts = [encoder.encode(csvLine(['step', 'learning rate', 'total', ...names, 'validation']))]
  const { steps, total, width } = series
  const outputs = Array.from({ length: width }, (_, output) => series.output(output))
  const validation = new Map(series.epochs.map((line) => [line.step, line.validation]))
  const rates = [...series.rates]
  let rate: number | '' = ''
  let text = ''
  for (let at = 0; at < steps; at++) {
    while (rates.length > 0 && rates[0].step <= at + 1) rate = rates.shift()?.learningRate ?? rate
    const losses = outputs.map((line) => shortest(line[at]))
    text += csvLine([at + 1, rate, shortest(total[at]), ...losses, validation.get(at + 1) ?? ''])
    if ((at + 1) % LINES === 0 || at + 1 === steps) {
      parts.push(encoder.encode(text))
      text = ''
    }
  }
  return joined(parts)
}

/** The shortest decimal that reads back as the same float32: 1.87 and not 1.8700000047683716. */
function shortest(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  for (let digits = 6; digits < 9; digits++) {
    const text = value.toPrecision(digits)
    if (Math.fround(Number(text)) === value) return String(Number(text))
  }
  return String(Number(value.toPrecision(9)))
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 0
  for (const part of parts) {
    bytes.set(part, offset)
    offset += part.length
  }
  return bytes
}
