import util from 'node:util'

const replacements = {
  isArray: (value: unknown): boolean => Array.isArray(value),
  isNullOrUndefined: (value: unknown): boolean => value === null || value === undefined,
}

/** Gives back what tfjs-node 4.22 still calls and Node dropped from `util`, or warns of before it does. */
export function repairNode(target: object = util): void {
  for (const [name, value] of Object.entries(replacements))
    Object.defineProperty(target, name, { value, configurable: true, writable: true })
}
