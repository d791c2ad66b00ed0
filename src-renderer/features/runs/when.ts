/** When a run was made, as short as it tells runs apart: 17:02 today, else 22 Nov, else 22 Nov 2025. */
export function shortWhen(iso: string, now: Date): string {
  const then = new Date(iso)
  if (Number.isNaN(then.getTime())) return ''
  if (then.toDateString() === now.toDateString()) {
    return `${two(then.getHours())}:${two(then.getMinutes())}`
  }
  const day = then.toLocaleString('en-GB', { day: 'numeric', month: 'short' })
  return then.getFullYear() === now.getFullYear() ? day : `${day} ${then.getFullYear()}`
}

/** The same in full: 22 November 2026 at 17:02:13. */
export function longWhen(iso: string): string {
  const then = new Date(iso)
  if (Number.isNaN(then.getTime())) return ''
  const day = then.toLocaleString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' })
  return `${day} at ${[then.getHours(), then.getMinutes(), then.getSeconds()].map(two).join(':')}`
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
