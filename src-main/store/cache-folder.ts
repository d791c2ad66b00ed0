import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where what can be made again is kept: $UNROLL_CACHE, else $XDG_CACHE_HOME/unroll, else ~/.cache/unroll. */
export function cacheFolder(): string {
  const { UNROLL_CACHE, XDG_CACHE_HOME } = process.env
  if (UNROLL_CACHE) return UNROLL_CACHE
  return join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'unroll')
}
