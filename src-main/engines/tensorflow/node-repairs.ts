import util from 'node:util'

const dropped = {
  isArray: (value: unknown): boolean => Array.isArray(value),
  isNullOrUndefined: (value: unknown): boolean => value === null || value === undefined,
}

/** Gives back what Node 23 dropped from `util` and tfjs-node 4.22 still calls. */
export function repairNode(target: object = util): void {
  for (const [name, value] of Object.entries(dropped)) {
    if (!(name in target)) Object.defineProperty(target, name, { value, configurable: true, writable: true })
  }
}
