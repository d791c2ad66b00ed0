/** How numbers are written everywhere. All of them keep their width as far as they can: digits are tabular. */

const NARROW_SPACE = '\u202f'
const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** 602,145 */
export function formatCount(value: number): string {
  return whole.format(value)
}

/** 950, 9.5 k, 601 k, 1.2 M, 3.4 G: three figures at most. */
export function formatShort(value: number): string {
  const units = ['', 'k', 'M', 'G', 'T']
  let scaled = value
  let unit = 0
  while (Math.abs(roundShort(scaled, unit)) >= 1000 && unit < units.length - 1) {
    scaled /= 1000
    unit += 1
  }
  const rounded = roundShort(scaled, unit)
  const digits = unit > 0 && Math.abs(rounded) < 10 ? 1 : 0
  return unit === 0 ? rounded.toFixed(digits) : `${rounded.toFixed(digits)}${NARROW_SPACE}${units[unit]}`
}

function roundShort(value: number, unit: number): number {
  return unit > 0 && Math.abs(value) < 9.95 ? Math.round(value * 10) / 10 : Math.round(value)
}

/** A loss or another measure with fixed decimals: 1.87; – for none, ∞ and NaN by name. */
export function formatLoss(value: number | null | undefined, decimals = 2): string {
  if (value === null || value === undefined) return '–'
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞'
  return signed(value.toFixed(decimals))
}

/** 0:47, 12:05, 1:02:03; – for none. */
export function formatDuration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return '–'
  const all = Math.max(0, Math.round(seconds))
  const [hours, minutes, rest] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60]
  const two = (value: number) => String(value).padStart(2, '0')
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`
}

/** A learning rate: 1.0e-3. */
export function formatRate(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–'
  if (value === 0) return '0'
  return value.toExponential(1)
}

/** 950 B, 1.2 MB: of 1000 bytes a kilobyte, as files are shown. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes}${NARROW_SPACE}B`
  const short = formatShort(bytes)
  return short.replace('k', 'kB').replace('M', 'MB').replace('G', 'GB').replace('T', 'TB')
}

/** A share of 1: 12 %, 0.4 % below one. */
export function formatPercent(share: number): string {
  const percent = share * 100
  return `${percent > 0 && percent < 0.95 ? percent.toFixed(1) : percent.toFixed(0)}${NARROW_SPACE}%`
}

/** How long ago: 12 s ago, 5 min ago, 3 h ago, 2 d ago. */
export function formatAgo(then: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - then) / 1000))
  if (seconds < 60) return `${seconds} s ago`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`
  return `${Math.floor(seconds / 86_400)} d ago`
}

/** A character as a mark that is seen: ␣ for a space, ⏎ for a new line, ⇥ for a tab, U+200B for what has no shape. */
export function showToken(text: string): string {
  return Array.from(text, showCharacter).join('')
}

const marks: Readonly<Record<string, string>> = { ' ': '␣', '\n': '⏎', '\t': '⇥', '\r': '␍', '\u00a0': '⍽' }

function showCharacter(character: string): string {
  const mark = marks[character]
  if (mark !== undefined) return mark
  if (!/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}]/u.test(character)) return character
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}

function signed(text: string): string {
  return text.replace('-', '−')
}
