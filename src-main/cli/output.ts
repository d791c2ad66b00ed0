import type { MissingToken } from '../../src-core/corpus/vocabulary'

/** One object on a line of standard output. */
export function printJson(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** Something to know that is no result and no failure. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`)
}

/** Tells of what a vocabulary lacks and where it stood in the text, counted from 1. */
export function noteMissing(missing: readonly MissingToken[]): void {
  if (missing.length === 0) return
  const places = missing
    .slice(0, 10)
    .map(({ text, position }) => `${JSON.stringify(text)} at ${position + 1}`)
  const more = missing.length > places.length ? ` and ${missing.length - places.length} more` : ''
  note(`The network does not know ${places.join(', ')}${more}; the text is read without.`)
}

/** `1,234,567` */
export function formatCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** A loss in nats. */
export function formatLoss(nats: number): string {
  return nats.toFixed(4)
}

/** `3:07` or `1:02:33` */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds)
  const minutes = Math.floor(whole / 60) % 60
  const hours = Math.floor(whole / 3600)
  const end = String(whole % 60).padStart(2, '0')
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${end}` : `${minutes}:${end}`
}

/** Columns side by side, the last as long as it likes. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
