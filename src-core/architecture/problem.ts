/** What keeps a document from being a network, as data: what to say and what to mark in the picture. */
export interface Problem {
  /** kebab-case, stable. */
  readonly code: string
  /** What is wrong, with names and sizes, and what to do, in the notation's words. */
  readonly message: string
  readonly shapes: readonly string[]
  readonly arrows: readonly string[]
  readonly colors: readonly string[]
}

export function problem(
  code: string,
  message: string,
  marks: { shapes?: readonly string[]; arrows?: readonly string[]; colors?: readonly string[] },
): Problem {
  return {
    code,
    message: sentence(message),
    shapes: marks.shapes ?? [],
    arrows: marks.arrows ?? [],
    colors: marks.colors ?? [],
  }
}

/** How many names a message lists before it counts the rest. */
const NAMED = 6

/** `a`, `a and b`, `a, b and c`, and of many `a, b, c, d, e and 35 more`. */
export function listed(names: readonly string[]): string {
  if (names.length < 2) return names.join('')
  const named = names.length > NAMED ? NAMED - 1 : names.length - 1
  const last = names.length > NAMED ? `${names.length - named} more` : names[named]
  return `${names.slice(0, named).join(', ')} and ${last}`
}

/** With a capital at its beginning. */
function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
