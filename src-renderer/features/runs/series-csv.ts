import { METRICS_LIMIT, type RunMetrics } from '../../../src-core/contract/runs'
import { csvLine } from '../../../src-core/formats/csv'

/** Lines that are put together before they become bytes: few enough to hold, many enough to be quick. */
const LINES = 4096

/**
 * All series of a run: a line a step with its rate, the total and every output in nats; an epoch's validation stands on
 * the line of its last step.
 * @param ask the host for steps from one on: what the page keeps of a long run is thinned
 * @param names [K]
 */
export async function seriesCsv(
  ask: (from: number) => Promise<RunMetrics>,
  names: readonly string[],
): Promise<Uint8Array> {
  const encoder = new TextEncoder()
  const parts = [encoder.encode(csvLine(['step', 'learning rate', 'total', ...names, 'validation']))]
  let rate: number | '' = ''
  for (let from = 1; ;) {
    const metrics = await ask(from)
    const { first, losses, outputs, width } = metrics
    const validation = new Map(metrics.epochs.map((line) => [line.step, line.validation]))
    const rates = [...metrics.rates]
    let text = ''
    for (let at = 0; at < losses.length; at++) {
      const step = first + at
      while (rates.length > 0 && rates[0].step <= step) rate = rates.shift()?.learningRate ?? rate
      const each = Array.from(outputs.subarray(at * width, (at + 1) * width), shortest)
      text += csvLine([step, rate, shortest(losses[at]), ...each, validation.get(step) ?? ''])
      if ((at + 1) % LINES === 0 || at + 1 === losses.length) {
        parts.push(encoder.encode(text))
        text = ''
      }
    }
    if (losses.length < METRICS_LIMIT) return joined(parts)
    from = first + losses.length
  }
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
