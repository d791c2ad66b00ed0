const FIRST = 250
const LONGEST = 5000

/**
 * How long to wait before the next attempt, in milliseconds: twice as long each time, up to 5 s, and up to a quarter
 * less by chance, so that several pages do not come all at once.
 * @param attempt counted from 0.
 */
export function backoff(attempt: number, random: () => number = Math.random): number {
  return Math.min(LONGEST, FIRST * 2 ** attempt) * (1 - random() / 4)
}
