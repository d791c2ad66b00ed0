/** What stands at one path of several documents; '' where nothing does. */
export interface Difference {
  readonly path: string
  readonly values: readonly string[]
}

/**
 * Where documents differ, by path, in the order in which the paths first come up. A list whose items have an `id` is
 * compared by it, so that a shape put in front does not make all others differ.
 */
export function differencesOf(documents: readonly unknown[]): Difference[] {
  const flat = documents.map((document) => {
    const leaves = new Map<string, string>()
    collect(document, '', leaves)
    return leaves
  })
  const paths = new Set(flat.flatMap((leaves) => [...leaves.keys()]))
  return [...paths]
    .map((path) => ({ path, values: flat.map((leaves) => leaves.get(path) ?? '') }))
    .filter(({ values }) => values.some((value) => value !== values[0]))
}

function collect(value: unknown, path: string, into: Map<string, string>): void {
  if (Array.isArray(value)) {
    if (value.length === 0) into.set(path, 'none')
    value.forEach((item: unknown, index) => collect(item, join(path, idOf(item) ?? String(index + 1)), into))
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      if (inner !== undefined && !(key === 'id' && idOf(value) !== null))
        collect(inner, join(path, key), into)
    }
  } else {
    into.set(path, value === null ? 'none' : typeof value === 'string' ? value : JSON.stringify(value))
  }
}

function idOf(item: unknown): string | null {
  if (typeof item !== 'object' || item === null || !('id' in item)) return null
  return typeof item.id === 'string' ? item.id : null
}

/** `learningRate` is read as "learning rate"; names of shapes and colours keep their letters. */
function join(path: string, key: string): string {
  const words = /^[a-z]+([A-Z][a-z]+)+$/.test(key)
    ? key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    : key
  return path === '' ? words : `${path} › ${words}`
}
